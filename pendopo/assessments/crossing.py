"""Cross-mapping: where else the evidence of a requirement serves, and which requirements of other instruments ask for the same."""

from dataclasses import dataclass

from .catalogue import instrument_named
from .drawing import live_figures
from .models import Assessment
from .sheet import name_of

# Requirements that ask for the same, by theme: (instrument, requirements). Evidence for one may serve the others.
THEMES: tuple[dict[str, tuple[str, ...]], ...] = (
    {
        "spbe-2020": ("8", "22"),
        "pemdi-2026": ("10",),
        "iso27001-2022": ("A.5.1", "A.5.2", "A.5.4", "A.5.36"),
    },
    {"spbe-2020": ("31",), "pemdi-2026": ("9",), "iso27001-2022": ("A.5.35", "A.8.34")},
    {"spbe-2020": ("22",), "pemdi-2026": ("11",), "iso27001-2022": ("A.8.24",)},
    {"spbe-2020": ("22", "28"), "pemdi-2026": ("12",), "iso27001-2022": ("A.5.24", "A.5.25", "A.5.26", "A.5.27")},
    {
        "spbe-2020": ("5", "16", "29"),
        "pemdi-2026": ("14",),
        "iso27001-2022": ("A.7.5", "A.7.11", "A.8.13", "A.8.14"),
        "data-centre-availability": ("T3", "E1", "E2", "M1"),
        "backup-and-recovery": ("C1", "R1"),
    },
    {"spbe-2020": ("6", "17"), "pemdi-2026": ("14",), "iso27001-2022": ("A.8.20", "A.8.22"), "data-centre-availability": ("T1", "T2")},
    {"spbe-2020": ("24",), "iso27001-2022": ("A.5.9", "A.8.9")},
    {"spbe-2020": ("25",), "pemdi-2026": ("3",), "iso27001-2022": ("A.6.3",)},
    {"spbe-2020": ("21",), "iso27001-2022": ("A.5.7",)},
    {"spbe-2020": ("3", "23"), "pemdi-2026": ("5", "8"), "iso27001-2022": ("A.5.12", "A.5.34")},
    {"spbe-2020": ("18", "20"), "pemdi-2026": ("16", "18"), "iso27001-2022": ("A.5.14",)},
)


@dataclass(frozen=True)
class Elsewhere:
    """A requirement of another instrument that asks for the same."""

    instrument: str
    code: str
    name: str


def elsewhere(assessment: Assessment, node: str) -> list[Elsewhere]:
    """The requirements of other instruments that evidence for this one may serve, by theme and by live figure."""
    groups = [theme for theme in THEMES if node in theme.get(assessment.instrument, ())]
    groups += [dict(figure.serves) for figure in live_figures().values() if node in figure.serves.get(assessment.instrument, ())]
    wanted = {(code, one) for group in groups for code, nodes in group.items() if code != assessment.instrument for one in nodes}
    names = {code: {leaf.code: leaf.name for leaf in instrument_named(code).leaves()} for code in {code for code, _one in wanted}}
    titles = {code: name_of(instrument_named(code).root.name) for code in names}
    return [Elsewhere(titles[code], one, name_of(names[code][one])) for code, one in sorted(wanted)]
