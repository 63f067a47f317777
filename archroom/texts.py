"""The one place where sentences are translated: templates go through gettext, values are put in afterwards, untouched."""

from __future__ import annotations

import gettext
import locale
import os
from functools import cache

from archroom.errors import ArchroomError, Message, Value, fill

LANGUAGES = ("en", "zh_CN")


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()  # templates are English
    return gettext.translation("archroom", _folder(), languages=[language], fallback=True)


def chosen_language() -> str:
    """Return the language of the person: ARCHROOM_LANG, else the usual environment, else English."""
    for name in ("ARCHROOM_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return _language_of(value)
    return "en"


@cache
def _language_of(setting: str) -> str:
    normalised = locale.normalize(setting).split(".")[0]
    return "zh_CN" if normalised.startswith("zh") else "en"


def _folder() -> str:
    from importlib.resources import files  # not needed for English

    return str(files("archroom") / "locale")


def speak(language: str = "") -> None:
    """Choose the language of this process, of the libraries that speak for it and of what it starts; `""`: as it is."""
    if language:
        os.environ["ARCHROOM_LANG"] = language
    os.environ["LANGUAGE"] = chosen_language()
    if chosen_language() != "en":
        gettext.bindtextdomain("archroom", _folder())
        gettext.textdomain("archroom")


def tr(template: str, /, **values: Value) -> str:
    """Return a sentence in the person's language; the template is marked for translation by standing in this call."""
    return render(Message(template, values))


def render(message: Message) -> str:
    """Return a message in the person's language, and the phrases in it too."""
    values = {name: render(value) if isinstance(value, Message) else value for name, value in message.values.items()}
    return fill(_catalogue(chosen_language()).gettext(message.template), values)


def render_error(error: ArchroomError) -> str:
    """Return an error's sentence in the person's language."""
    return render(error.message)
