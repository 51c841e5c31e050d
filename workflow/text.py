"""A sentence in the two languages of the product."""

import msgspec


class Text(msgspec.Struct, frozen=True):
    """The same words in Vietnamese (`vi`, the first language) and in English (`en`)."""

    vi: str
    en: str

    def in_(self, language: str) -> str:
        """The words in `language` ("vi" or "en"; anything else gives Vietnamese)."""
        return self.en if language == "en" else self.vi
