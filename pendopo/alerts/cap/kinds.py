"""Kinds of warning that the author page offers, each with what is usual for it: one explicit table. Everything may be changed afterwards.

`responses` are CAP's words; the instruction is Indonesian, because the warning is. Instructions follow BNPB's public advice.
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


KINDS: tuple[Kind, ...] = (
    Kind("flood", "Met", "Banjir", "Severe", "Immediate", "Observed", ("Evacuate", "Avoid"),
         "Pindah ke tempat yang lebih tinggi. Dahulukan lansia, ibu hamil, anak, dan penyandang disabilitas. Matikan listrik dan gas "
         "sebelum meninggalkan rumah. Jangan berjalan atau berkendara melewati air yang mengalir."),
    Kind("rain", "Met", "Hujan lebat dan petir", "Moderate", "Expected", "Likely", ("Prepare", "Monitor"),
         "Kurangi kegiatan di luar ruangan. Jauhi pohon besar, baliho, dan tiang listrik. Bersihkan saluran air di sekitar rumah."),
    Kind("wind", "Met", "Angin kencang", "Severe", "Expected", "Likely", ("Shelter", "Avoid"),
         "Berlindung di dalam bangunan yang kokoh dan jauhi kaca. Jangan berteduh di bawah pohon atau baliho."),
    Kind("landslide", "Geo", "Tanah longsor", "Severe", "Immediate", "Likely", ("Evacuate", "Avoid"),
         "Jauhi lereng dan tebing. Bila ada retakan baru, mata air keruh, atau pohon miring, segera mengungsi dan lapor ke desa."),
    Kind("quake", "Geo", "Gempa bumi", "Severe", "Immediate", "Observed", ("Shelter", "Assess"),
         "Lindungi kepala dan jauhi kaca. Setelah guncangan berhenti, keluar dengan tertib dan waspadai gempa susulan. "
         "Jangan masuk ke bangunan retak."),
    Kind("fire", "Fire", "Kebakaran hutan dan lahan", "Severe", "Immediate", "Observed", ("Avoid", "Prepare"),
         "Jauhi lokasi. Pakai masker, tutup jendela, dan siapkan diri untuk mengungsi bila api mendekat."),
    Kind("outbreak", "Health", "Kejadian luar biasa penyakit", "Moderate", "Expected", "Observed", ("Monitor", "Prepare"),
         "Jaga kebersihan, kenali gejalanya, dan segera ke puskesmas bila sakit."),
    Kind("chemical", "Safety", "Kebocoran bahan berbahaya", "Extreme", "Immediate", "Observed", ("Evacuate", "Avoid"),
         "Jauhi lokasi berlawanan arah angin. Tutup pintu dan jendela. Ikuti arahan petugas."),
    Kind("water", "Infra", "Gangguan air bersih atau listrik", "Minor", "Expected", "Likely", ("Prepare",),
         "Tampung air secukupnya dan siapkan penerangan. Ikuti perkembangan dari pemerintah."),
)  # fmt: skip
BY_CODE = {kind.code: kind for kind in KINDS}

# Why a chain ends: the danger is over.
END_INSTRUCTION = "Keadaan aman. Warga boleh kembali dengan hati-hati; ikuti arahan petugas setempat."
