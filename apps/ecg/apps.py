from django.apps import AppConfig


class EcgConfig(AppConfig):
    name = "apps.ecg"
