"""Two calm sets of colours, dark and light, and borders for plain terminals; states are told by word and shape besides."""

from __future__ import annotations

from typing import Final

from textual.theme import Theme


def _bars(thumb: str, held: str, track: str) -> dict[str, str]:
    """Return the colours of scroll bars: quiet, and no brighter than what they scroll."""
    tracks = ("scrollbar-background", "scrollbar-background-hover", "scrollbar-background-active", "scrollbar-corner-color")
    return {"scrollbar": thumb, "scrollbar-hover": held, "scrollbar-active": held, **dict.fromkeys(tracks, track)}


DARK: Final = Theme(
    name="archroom-dark",
    primary="#7fb0d8",
    secondary="#93a4b3",
    accent="#d9b36c",
    success="#8fc28a",
    warning="#e0b463",
    error="#ec7f74",
    foreground="#d6dbe0",
    background="#15181c",
    surface="#1b1f24",
    panel="#232930",
    dark=True,
    variables={
        "border": "#7fb0d8",
        "border-blurred": "#3a434d",
        "quiet": "#8a96a3",
        "faint": "#5c6672",
        **_bars("#3a434d", "#556270", "#15181c"),
    },
)

LIGHT: Final = Theme(
    name="archroom-light",
    primary="#1f5f94",
    secondary="#5a6875",
    accent="#8a5a00",
    success="#2c6e2f",
    warning="#8a5a00",
    error="#b3261e",
    foreground="#1d2328",
    background="#fbfaf7",
    surface="#f3f1ec",
    panel="#e6e3db",
    dark=False,
    variables={
        "border": "#1f5f94",
        "border-blurred": "#c3beb2",
        "quiet": "#65707a",
        "faint": "#a19c90",
        **_bars("#c3beb2", "#9d978a", "#fbfaf7"),
    },
)

BORDERS_IN_ASCII: Final = """
TextBox, #help, #question { border: ascii $border; }
FindScreen VerticalScroll { border-left: ascii $border-blurred; }
FindScreen.-narrow VerticalScroll { border-left: none; border-top: ascii $border-blurred; }
.-low TextBox, .-low #help, .-low #question { border: none; }
"""
"""Styles that draw every border with plain characters."""
