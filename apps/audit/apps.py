from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "apps.audit"

    def ready(self) -> None:
        from apps.audit import checks  # noqa: F401 - registers them
        from apps.audit.chain import flush
        from apps.core.postgres.base import DatabaseWrapper

        DatabaseWrapper.flush_events = staticmethod(flush)
