"""The two ways signing in elsewhere fails."""


class ProviderFault(Exception):
    """The provider cannot be used as it is set up or as it stands; `words` say it to whoever
    sets it up."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(code)
        self.code = code
        self.words = words


class AnswerRefused(Exception):
    """The provider's answer lets nobody in; the code says why and goes on the record."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
