"""What all operations share: the caller, the scope asked for, JSON out."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.integrations.api.parsers import ShallowJson
from apps.integrations.api.problems import answer
from apps.integrations.api.queries import admit
from apps.tenants.clients import Caller
from apps.tenants.model_api import Scope


class AlwaysJson(BaseContentNegotiation):
    """Each address has one form of answer, so nothing is negotiated."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        kind = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == kind), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class Operations(APIView):
    """One address. `scopes` names what each method asks for; nothing is done before it is seen."""

    scopes: ClassVar[dict[str, Scope]] = {}
    http_method_names = ["get", "head", "post"]
    # The key is looked at by the door; a session is nothing here.
    authentication_classes = ()
    permission_classes = ()
    parser_classes: ClassVar[Any] = (ShallowJson,)
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = AlwaysJson

    @property
    def caller(self) -> Caller:
        return cast(Caller, getattr(self.request, "caller", None))

    def get_exception_handler(self) -> Any:
        return answer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        method = "GET" if request.method == "HEAD" else str(request.method)
        if method in self.scopes:
            admit(self.caller, self.scopes[method])
