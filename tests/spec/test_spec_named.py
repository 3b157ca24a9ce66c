"""Things called by a name, as people say them."""

from __future__ import annotations

from bpcli.spec.named import Named


def test_a_thing_is_said_with_the_parameters_that_do_something() -> None:
    assert Named("sgd", {"momentum": 0.9, "nesterov": True}).in_words == "sgd momentum=0.9 nesterov"
    assert Named("adam", {"epsilon": 1e-8, "momentum": 0.0}).in_words == "adam epsilon=1e-08"
    assert Named("constant", {"warmup": 0}).in_words == "constant"
