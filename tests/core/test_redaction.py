"""What is handed to strangers holds neither a name nor a secret, and is still of use."""

from __future__ import annotations

import pytest

from archroom.core.redaction import LEFT_OUT, Redactor, names_in


def test_names_of_fields_are_taken_out_wherever_they_occur() -> None:
    entries = [{"kind": "intent", "ticket": {"by": "Ann Lee"}}, {"by": ["Bo Ek", "Cy Dahl"], "reason": "seen by Bo Ek"}]
    assert names_in(entries) == {"Ann Lee", "Bo Ek", "Cy Dahl"}
    redactor = Redactor(names_in(entries))
    told = str(redactor.tree({"text": "ANN LEE asked", "x": [{"by": "Bo Ek"}, "for Cy Dahl's box"]}))
    assert not any(name in told.casefold() for name in ("ann", "lee", "bo ek", "dahl"))
    assert redactor.tree({"by": "Ann Lee"}) == redactor.tree({"by": "ann lee"})
    assert redactor.tree({"by": "Somebody Else"}) == {"by": LEFT_OUT}


@pytest.mark.parametrize(
    "sentence",
    [
        "Stopped by Dr. Ann Lee.",
        "Block 1 is armed by Ann Lee.",
        "The time for which Ann Lee armed it is over.",
        "The opening of aisle 3 of block 1 by Ann Lee ended unseen: look at the shelving.",
    ],
)
def test_a_sentence_loses_whoever_it_names_though_nobody_knew_the_name(sentence: str) -> None:
    told = Redactor(()).tree({"text": sentence})
    assert "Lee" not in str(told)
    assert LEFT_OUT in str(told)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("postgresql://ann:s3cret@db.example/archive", "postgresql://***@db.example/archive"),
        ("postgresql://db/archive?password=s3cret&x=1", "postgresql://db/archive?password=***&x=1"),
        ('"token": "s3cret"', '"token": ***'),
        ("/Users/ann/state", "~/state"),
        ("socket://10.0.0.5:4001?baud=19200", "socket://10.0.0.5:4001?baud=19200"),
        ("lee and leeway", "P1 and leeway"),
    ],
)
def test_secrets_and_the_home_folder_go_and_the_rest_stays(text: str, kept: str) -> None:
    assert Redactor({"Lee"}, "/Users/ann/").text(text) == kept
