from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "apps.tenants"

    def ready(self) -> None:
        from apps.tenants.recovery_codes import keep_hashes
        from apps.tenants.signals import listen

        keep_hashes()
        listen()
