"""Sets of bits in 64-bit words."""

from __future__ import annotations

import numpy as np

from engine.compiled import inlined


@inlined
def ones(word: np.uint64) -> np.uint64:
    """How many bits are set."""
    word -= (word >> np.uint64(1)) & np.uint64(0x5555555555555555)
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (word * np.uint64(0x0101010101010101)) >> np.uint64(56)


@inlined
def lowest(word: np.uint64) -> np.uint64:
    """The index of the lowest bit that is set; 64 when none is."""
    return ones(~word & (word - np.uint64(1)))
