"""Kinds of warning that the author page offers, each with what is usual for it: one explicit table. Everything may be changed afterwards.

`responses` are CAP's words; the words are Indonesian, and English for who writes it too. Instructions follow BNPB's public advice.
"""

from dataclasses import dataclass

ALL_CLEAR = "AllClear"


@dataclass(frozen=True)
class Kind:
    """What is usual for a kind of danger."""

    code: str
    category: str
    event: str
    severity: str
    urgency: str
    certainty: str
    responses: tuple[str, ...]
    instruction: str
    event_en: str
    instruction_en: str


KINDS: tuple[Kind, ...] = (
    Kind(
        "flood",
        "Met",
        "Banjir",
        "Severe",
        "Immediate",
        "Observed",
        ("Evacuate", "Avoid"),
        "Pindah ke tempat yang lebih tinggi. Dahulukan lansia, ibu hamil, anak, dan penyandang disabilitas. Matikan listrik dan gas "
        "sebelum meninggalkan rumah. Jangan berjalan atau berkendara melewati air yang mengalir.",
        "Flood",
        "Move to higher ground. Old people, pregnant women, children and people with disabilities go first. Switch off "
        "electricity and gas before you leave. Do not walk or drive through flowing water.",
    ),
    Kind(
        "rain",
        "Met",
        "Hujan lebat dan petir",
        "Moderate",
        "Expected",
        "Likely",
        ("Prepare", "Monitor"),
        "Kurangi kegiatan di luar ruangan. Jauhi pohon besar, baliho, dan tiang listrik. Bersihkan saluran air di sekitar rumah.",
        "Heavy rain and thunderstorms",
        "Do less outdoors. Keep away from large trees, billboards and power poles. Clear the drains around your house.",
    ),
    Kind(
        "wind",
        "Met",
        "Angin kencang",
        "Severe",
        "Expected",
        "Likely",
        ("Shelter", "Avoid"),
        "Berlindung di dalam bangunan yang kokoh dan jauhi kaca. Jangan berteduh di bawah pohon atau baliho.",
        "Strong wind",
        "Take shelter in a solid building, away from glass. Do not shelter under trees or billboards.",
    ),
    Kind(
        "landslide",
        "Geo",
        "Tanah longsor",
        "Severe",
        "Immediate",
        "Likely",
        ("Evacuate", "Avoid"),
        "Jauhi lereng dan tebing. Bila ada retakan baru, mata air keruh, atau pohon miring, segera mengungsi dan lapor ke desa.",
        "Landslide",
        "Keep away from slopes and cliffs. If you see new cracks, muddy springs or leaning trees, leave at once and tell the "
        "village office.",
    ),
    Kind(
        "quake",
        "Geo",
        "Gempa bumi",
        "Severe",
        "Immediate",
        "Observed",
        ("Shelter", "Assess"),
        "Lindungi kepala dan jauhi kaca. Setelah guncangan berhenti, keluar dengan tertib dan waspadai gempa susulan. "
        "Jangan masuk ke bangunan retak.",
        "Earthquake",
        "Protect your head and keep away from glass. When the shaking stops, go outside calmly and expect aftershocks. Do not "
        "enter cracked buildings.",
    ),
    Kind(
        "fire",
        "Fire",
        "Kebakaran hutan dan lahan",
        "Severe",
        "Immediate",
        "Observed",
        ("Avoid", "Prepare"),
        "Jauhi lokasi. Pakai masker, tutup jendela, dan siapkan diri untuk mengungsi bila api mendekat.",
        "Forest and land fire",
        "Keep away. Wear a mask, close the windows, and be ready to leave when the fire comes near.",
    ),
    Kind(
        "outbreak",
        "Health",
        "Kejadian luar biasa penyakit",
        "Moderate",
        "Expected",
        "Observed",
        ("Monitor", "Prepare"),
        "Jaga kebersihan, kenali gejalanya, dan segera ke puskesmas bila sakit.",
        "Outbreak of a disease",
        "Keep clean, know the symptoms, and go to the health centre at once when you are ill.",
    ),
    Kind(
        "chemical",
        "Safety",
        "Kebocoran bahan berbahaya",
        "Extreme",
        "Immediate",
        "Observed",
        ("Evacuate", "Avoid"),
        "Jauhi lokasi berlawanan arah angin. Tutup pintu dan jendela. Ikuti arahan petugas.",
        "Leak of a dangerous substance",
        "Move away against the wind. Close doors and windows. Follow the officers.",
    ),
    Kind(
        "water",
        "Infra",
        "Gangguan air bersih atau listrik",
        "Minor",
        "Expected",
        "Likely",
        ("Prepare",),
        "Tampung air secukupnya dan siapkan penerangan. Ikuti perkembangan dari pemerintah.",
        "Water or power failure",
        "Store enough water and have a lamp ready. Follow the news of the government.",
    ),
)
BY_CODE = {kind.code: kind for kind in KINDS}

# Why a chain ends: the danger is over.
END_INSTRUCTION = "Keadaan aman. Warga boleh kembali dengan hati-hati; ikuti arahan petugas setempat."
END_INSTRUCTION_EN = "It is safe. You may return with care; follow the officers in the place."
