"""The categories that every government begins with. Its owner changes agency, limits and words; none is deleted.

Written as SQL: a look at the models would make every later migration of an empty house slow.
"""

import json

from django.db import migrations

# code, names, what belongs into it, group, words, usual agencies, by place, class, reports for a cluster, severity.
# fmt: off
CATEGORIES = (
    ("jalan", "Jalan dan jembatan", "Roads and bridges", "Jalan berlubang, jembatan rusak, longsor di tepi jalan",
     "Potholes, damaged bridges, slides beside the road", "Infrastruktur",
     ["jalan", "lubang", "berlubang", "aspal", "jembatan", "trotoar"], ["dpupr"], "", "complaint", 8, "Minor"),
    ("banjir", "Banjir dan genangan", "Flood and standing water", "Air masuk rumah, sungai meluap, saluran tersumbat",
     "Water in houses, rivers over their banks, blocked drains", "Kedaruratan",
     ["banjir", "genangan", "meluap", "saluran", "drainase", "got", "tanggul"], ["bpbd", "dpupr"], "", "complaint", 3, "Severe"),
    ("bencana", "Bencana dan bahaya", "Disaster and danger", "Longsor, pohon tumbang, angin kencang, kebakaran lahan",
     "Landslides, fallen trees, storms, burning land", "Kedaruratan",
     ["longsor", "tumbang", "pohon", "angin", "kebakaran", "gempa", "roboh"], ["bpbd", "damkar"], "", "complaint", 3, "Severe"),
    ("lampu-jalan", "Lampu jalan", "Street lights", "Lampu penerangan jalan mati atau rusak",
     "Street lights that are dark or broken", "Infrastruktur",
     ["lampu", "penerangan", "pju", "gelap"], ["dprkp2", "dishub"], "", "complaint", 8, "Minor"),
    ("sampah", "Sampah dan lingkungan", "Waste and environment", "Sampah menumpuk, pencemaran, bau",
     "Heaped waste, pollution, stench", "Lingkungan",
     ["sampah", "limbah", "pencemaran", "bau", "asap", "tps"], ["dlh"], "", "complaint", 6, "Minor"),
    ("air-bersih", "Air bersih", "Drinking water", "Air tidak mengalir, keruh, kekeringan",
     "No water, cloudy water, drought", "Infrastruktur",
     ["air bersih", "pdam", "keruh", "kekeringan", "sumur", "pipa"], ["pdam", "dpupr"], "", "complaint", 4, "Moderate"),
    ("kesehatan", "Kesehatan", "Health", "Pelayanan puskesmas dan rumah sakit, nyamuk, wabah",
     "Clinics and hospitals, mosquitoes, outbreaks", "Layanan",
     ["puskesmas", "rumah sakit", "dokter", "obat", "demam", "nyamuk", "keracunan", "bpjs"], ["dinkes"], "", "complaint", 4, "Moderate"),
    ("pendidikan", "Pendidikan", "Education", "Sekolah, guru, penerimaan siswa, bangunan sekolah",
     "Schools, teachers, admission, school buildings", "Layanan",
     ["sekolah", "guru", "siswa", "murid", "ppdb", "spmb"], ["disdik"], "", "complaint", 8, "Minor"),
    ("kependudukan", "KTP dan kependudukan", "Identity papers", "KTP, KK, akta, kartu identitas anak",
     "Identity cards, family cards, certificates", "Layanan",
     ["ktp", "akta", "kartu keluarga", "kependudukan", "dukcapil", "kia"], ["dispendukcapil"], "", "complaint", 8, "Minor"),
    ("bantuan-sosial", "Bantuan sosial", "Social aid", "Bansos, data kemiskinan, warga terlantar",
     "Aid, poverty registers, people in need", "Layanan",
     ["bansos", "bantuan", "pkh", "blt", "lansia", "disabilitas", "terlantar"], ["dinsos"], "", "complaint", 8, "Minor"),
    ("ketertiban", "Keamanan dan ketertiban", "Order and safety", "Gangguan ketertiban umum, pedagang, reklame liar",
     "Disturbance, street trade, illegal signs", "Lingkungan",
     ["ketertiban", "gaduh", "reklame", "pedagang", "parkir", "balap"], ["satpolpp"], "", "complaint", 6, "Minor"),
    ("perizinan", "Perizinan dan usaha", "Permits and business", "Izin usaha, OSS, bangunan tanpa izin",
     "Business permits, buildings without permit", "Layanan",
     ["izin", "oss", "nib", "imb", "pbg", "usaha"], ["dpmptsp"], "", "complaint", 0, "Minor"),
    ("layanan-kecamatan", "Layanan desa dan kecamatan", "Village and district offices", "Pelayanan di balai desa dan kantor kecamatan",
     "Service at village and district offices", "Layanan",
     ["balai desa", "kelurahan", "kecamatan", "perangkat desa", "kepala desa"], ["dpmd"], "district", "complaint", 8, "Minor"),
    ("internet", "Internet dan layanan digital", "Internet and digital services", "Wi-Fi publik mati, aplikasi pemerintah bermasalah",
     "Public Wi-Fi down, government apps in trouble", "Layanan",
     ["internet", "wifi", "wi-fi", "aplikasi", "website", "sinyal", "login"], ["diskominfo"], "", "complaint", 4, "Moderate"),
    ("pungutan-liar", "Pungutan liar dan penyimpangan", "Illegal levies and misconduct", "Pungli, suap, penyalahgunaan wewenang",
     "Illegal levies, bribes, misuse of office", "Pengawasan",
     ["pungli", "pungutan", "suap", "korupsi", "gratifikasi", "calo"], ["inspektorat"], "", "supervision", 0, "Minor"),
    ("informasi", "Permintaan informasi", "Request for information", "Pertanyaan tentang layanan dan informasi publik",
     "Questions about services and public information", "Layanan",
     ["bagaimana", "informasi", "syarat", "jadwal", "kapan", "bertanya"], ["diskominfo"], "", "information", 0, "Minor"),
    ("aspirasi", "Usul dan aspirasi", "Ideas and wishes", "Usul untuk daerah",
     "Ideas for the region", "Layanan",
     ["usul", "aspirasi", "saran", "harapan"], ["bappeda", "setda"], "", "aspiration", 0, "Minor"),
    ("lainnya", "Lainnya", "Something else", "Yang tidak termasuk di atas",
     "What fits nowhere above", "Layanan",
     [], ["setda", "diskominfo"], "", "complaint", 8, "Minor"),
)
# fmt: on
FIELDS = (
    "code",
    "name_id",
    "name_en",
    "about_id",
    "about_en",
    "group",
    "keywords",
    "handlers",
    "by_place",
    "classification",
    "cluster",
    "severity",
    "position",
    "active",
)
SQL = f"""INSERT INTO reports_category ({", ".join(f'"{name}"' for name in FIELDS)})
VALUES ({", ".join(["%s"] * len(FIELDS))}) ON CONFLICT (code) DO NOTHING"""  # noqa: S608 – no text from outside


def row(position, given):
    """The values of one category."""
    words = [json.dumps(value) if isinstance(value, list) else value for value in given]
    return [*words, position, True]


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_reports")]

    operations = [
        migrations.RunSQL([(SQL, row(position, given)) for position, given in enumerate(CATEGORIES)], migrations.RunSQL.noop),
    ]
