"""What the OpenAPI document says of every operation alike."""

from __future__ import annotations

from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema

from apps.integrations.api.problems import CONTENT_TYPE, KINDS
from apps.integrations.api.serializers import Refusal

KEY = "key"
# What any operation may answer, beside its own.
EVERYWHERE = (400, 401, 403, 404, 413, 429, 500)


class OperationSchema(AutoSchema):
    """Adds what all operations share: the key, the scope, the problems."""

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        found = super().get_operation(*args, **kwargs)
        if found is not None:
            found["security"] = [{KEY: []}]
            found["x-required-scope"] = self.view.scopes[self.method].value
        return found

    def get_tags(self) -> list[str]:
        return [self.path.split("/")[3].capitalize()]

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        refusal = self.resolve_serializer(Refusal(), "response").ref
        for status in EVERYWHERE:
            titles = [kind.title for kind in KINDS.values() if kind.status == status]
            bodies[str(status)] = {
                "description": " ".join(titles),
                "content": {CONTENT_TYPE: {"schema": refusal}},
            }
        return bodies
