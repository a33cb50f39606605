"""The glossary, which is read from its document."""

from core.lessons import glossary


def test_it_holds_each_word_with_its_sentence_in_alphabetical_order() -> None:
    terms = glossary.terms()
    assert terms["epoch"] == "One pass through all training images."
    assert "word" not in terms
    assert list(terms) == sorted(terms, key=str.casefold)
    assert all(said.endswith(".") for said in terms.values())


def test_words_come_before_sentences_that_hold_them() -> None:
    found = list(glossary.matching(" LOSS "))
    assert found[0] == "loss"
    assert "early stopping" in found
    assert glossary.matching("no such word") == {}
