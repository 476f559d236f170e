"""The audit page can say everything that an entry may hold, in both languages."""

from __future__ import annotations

import pytest

from api.accounts.principal import How
from api.accounts.roles import RULES
from engine.messages.catalogue import sentence
from engine.storage.tables import Role
from engine.vocabulary import Language


@pytest.mark.parametrize("language", list(Language))
def test_everything_in_an_entry_has_a_word(language: Language) -> None:
    resources = {rule.resource for rule in RULES.values() if rule.resource}
    codes = [
        *(f"page.action.{action.value}" for action in RULES),
        *(f"page.audit.resource.{resource}" for resource in resources),
        *(f"page.audit.how.{how.value}" for how in How),
        *(f"account.role.{role.value}" for role in Role),
    ]
    assert all(sentence(code, {}, language) for code in codes)
