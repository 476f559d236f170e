"""One palette and one set of marks, the same in charts and in the report.

The three scales differ in hue and grow in lightness steps, so that they read in grey too; they stay apart for people
with any of the common colour-vision deficiencies. No meaning rests on colour alone: each mark is a sign with a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.vocabulary import DeviationKind, MoveKind

INK = "#1c2733"
MUTED = "#5b6875"
LINE = "#8592a0"
FAINT = "#ccd4dc"
PAPER = "#ffffff"
STEP = "#f6f8fa"
OUTLINE = "#4d5b69"
PLAN = "#6a4c93"
PLAN_FILL = "#f6f2fa"
ALERT = "#9a3412"
GOOD = "#17684e"
ACCENT = "#1f4e79"

LEVELS = 4
"""How many steps a scale has above "nothing"."""

ORANGES = ("#ffffff", "#fff1e0", "#ffdcb8", "#ffbe85", "#f79a52")
BLUES = ("#ffffff", "#e9f2fa", "#cfe3f4", "#a9cdea", "#7fb3dc")
GREENS = ("#ffffff", "#e6f4f0", "#c7e6de", "#9bd2c4", "#6cbaa8")

ORANGE_LINES = ("#8592a0", "#d8a878", "#c9813f", "#b25a1c", "#8a3a0e")
BLUE_LINES = ("#8592a0", "#8fabc4", "#6390b8", "#3a73a6", "#1f4e79")
GREEN_LINES = ("#8592a0", "#87b5a8", "#55998a", "#2c7d6d", "#0f5c4d")
"""The same hues for lines, which need more contrast on paper than a fill; each step is darker than the one before."""

FONT = "Noto Sans SC"
FONT_STACK = '"Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif'
"""What an SVG and the report ask for: the vendored font where it is installed, else the system's own Chinese font."""

DEVIATION_MARKS: Mapping[DeviationKind, str] = MappingProxyType(
    {
        DeviationKind.SKIPPED: "⊘",
        DeviationKind.MISPLACED: "⇄",
        DeviationKind.REPEATED: "⊕",
        DeviationKind.OUT_OF_PLACE: "◇",
        DeviationKind.UNFINISHED: "◐",
        DeviationKind.LATE: "▲",
        DeviationKind.TOO_SHORT: "▽",
        DeviationKind.UNPLANNED: "※",
        DeviationKind.WRONG_ORDER: "⇋",
        DeviationKind.INCOMPLETE: "◒",
        DeviationKind.NOT_TOGETHER: "⊖",
        DeviationKind.WRONG_COUNT: "№",
        DeviationKind.WRONG_VALUE: "≠",
        DeviationKind.MISSING_FIELD: "□",
        DeviationKind.WRONG_ACTOR: "◎",
        DeviationKind.WRONG_BRANCH: "∉",
    }
)
"""One sign for each kind; the vendored font has them all."""

MOVE_MARKS: Mapping[MoveKind, str] = MappingProxyType(
    {MoveKind.SYNC: "✓", MoveKind.LOG: "+", MoveKind.MODEL: "−", MoveKind.SILENT: ""}
)
"""One sign for each kind of move."""
