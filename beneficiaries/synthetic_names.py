"""Common names for invented people, by community. Lists of names, never of persons: who bears one is drawn at random.

A community says where its members' NIKs were first registered when not in Jakarta, how a family hands its name on, and
which given names are in use among the old, the grown and the young (for each sex).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# "given": given names only, a second one or none. "father": the children of one father bear his family name.
# "birth_order": as Balinese names, the first word tells the place among the siblings.
Custom = Literal["given", "father", "birth_order"]


@dataclass(frozen=True, slots=True)
class Names:
    """Given names of one sex by generation: born before 1970, until 2000, and after."""

    old: tuple[str, ...]
    grown: tuple[str, ...]
    young: tuple[str, ...]
    second: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Community:
    """How one community names people; `share` is its weight in the city, `single` the share of one-word names."""

    name: str
    share: float
    homes: tuple[str, ...]
    born_in_jakarta: float
    custom: Custom
    single: float
    male: Names
    female: Names
    families: tuple[str, ...] = ()


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _names(old: str, grown: str, young: str, second: str) -> Names:
    return Names(_words(old), _words(grown), _words(young), _words(second))


_YOUNG_MUSLIM_MEN = "Rizky Rafi Fadhil Naufal Alif Dzaki Farhan Raihan Azka Zidan Rasya Hafiz Ilham Fathir Arkan"
_YOUNG_MUSLIM_WOMEN = (
    "Aisyah Nabila Zahra Salsabila Naila Alya Keisha Annisa Aulia Syifa Kayla Khanza Nadia Hana Safira"
)
_CHRISTIAN_MEN = "Daniel Yohanes Andreas Samuel Markus Petrus Kristian Jonathan Stefanus Gabriel Yosua Timotius"
_CHRISTIAN_WOMEN = "Maria Kristina Elisabet Debora Ester Rut Natalia Veronika Agnes Yohana Magdalena Rebeka"

JAVANESE = Community(
    "jawa",
    0.36,
    ("33", "35", "34"),
    0.45,
    "given",
    0.28,
    _names(
        "Suparman Sutrisno Ngadimin Paimin Sukardi Suyatno Mulyono Slamet Tukiman Wagiman Sudarmo Kasiman Sarjono Ponijo",
        "Agus Bambang Joko Eko Dwi Heru Sugeng Wahyu Budi Tri Hari Yudi Purwanto Teguh Arif Didik Sigit Andri",
        f"{_YOUNG_MUSLIM_MEN} Bagas Dimas Galih Satria Rangga Bayu",
        "Santoso Prasetyo Wibowo Nugroho Setiawan Hartono Utomo Kurniawan Purnomo Susanto Saputro Wicaksono Raharjo Widodo",
    ),
    _names(
        "Sumiyati Ngatiyem Suminah Painem Sukinah Tukinem Wagiyem Sutinah Kasinem Murni Parinem Sriyati Tumini Juminten",
        "Sri Endang Siti Wahyuni Yuni Retno Dwi Tri Eko Ratna Wiwik Sulistyowati Dyah Lestari Nur Indah Erna Titik",
        f"{_YOUNG_MUSLIM_WOMEN} Anindya Kirana Ayu Intan Laras Dinda",
        "Lestari Rahayu Wahyuni Handayani Utami Astuti Susanti Puspitasari Wulandari Ningsih Setyowati Hidayati Pertiwi",
    ),
)
BETAWI = Community(
    "betawi",
    0.27,
    ("31",),
    0.97,
    "given",
    0.14,
    _names(
        "Mamat Saman Naman Rojali Sanusi Marjuki Asmat Satiri Muhamad Madi Niin Sabeni Jaelani Nasir Mahmud",
        "Ahmad Muhammad Abdul Syaiful Fauzi Zaenal Rahmat Hasan Iwan Dedi Ridwan Firman Jamal Lukman Yahya Rohman",
        _YOUNG_MUSLIM_MEN,
        "Hakim Rosyid Fadillah Ramdani Maulana Hidayat Syahputra Sanusi Fauzan Mubarok Rahman Alamsyah Zulkarnain Kosasih",
    ),
    _names(
        "Rohimah Saodah Maemunah Romlah Asmah Hindun Mursanih Nasiah Rohani Saanih Minah Julaeha Aminah Masitoh",
        "Siti Nurhayati Fatimah Halimah Yulianti Lilis Nurjanah Rina Mariam Ida Eka Sri Neneng Khodijah Dewi",
        _YOUNG_MUSLIM_WOMEN,
        "Rohmah Aminah Nurhasanah Fauziah Maryam Hasanah Zahro Safitri Amelia Ramadhani Komariah Hidayah Aulia Fadilah",
    ),
)
SUNDANESE = Community(
    "sunda",
    0.15,
    ("32", "36"),
    0.5,
    "given",
    0.24,
    _names(
        "Oman Uyeh Endin Karta Suhaya Sarip Encu Otong Udin Engkos Ukat Juhari Maman Sukarna Adang",
        "Asep Dadang Cecep Ujang Deden Yayan Tatang Aep Iwan Dede Dudi Wawan Agus Nandang Encep Rukman",
        f"{_YOUNG_MUSLIM_MEN} Gilang Fajar Rizal Ginanjar",
        "Suryana Hidayat Permana Sopandi Kurnia Rohmana Sutisna Gunawan Mulyana Supriatna Rustandi Nugraha Saepudin",
    ),
    _names(
        "Icih Onah Enok Mimi Iyah Ooh Unah Cicih Uum Rukmini Engkar Anah Icah Tarsih Omah",
        "Neneng Euis Lilis Nia Yani Imas Ai Dede Iis Rina Popon Elis Cucu Eneng Tati Yeti",
        f"{_YOUNG_MUSLIM_WOMEN} Nenden Sinta Rania",
        "Nurhayati Kartika Rohayati Komala Suryani Mulyani Rosita Maryati Sumiati Nurlaela Herawati Kurniasih Fitriani",
    ),
)
BATAK = Community(
    "batak",
    0.055,
    ("12",),
    0.55,
    "father",
    0.0,
    _names(
        "Marudut Halomoan Parlindungan Tumpal Sahat Jonggi Mangasi Togar Binsar Poltak Saut Maruli",
        f"Hotman Parulian Rudi Jhonson Sabar Pardamean Edward Ronald {_CHRISTIAN_MEN}",
        f"{_CHRISTIAN_MEN} Kevin Christian Rafael Nathanael",
        "Parulian Halomoan Hasiholan Martua Pandapotan Maruli Hamonangan",
    ),
    _names(
        "Tiurma Rosmina Tiodor Nurmala Lamria Sondang Tiamsa Resmi Rumondang Marsaulina Donda Basaria",
        f"Rosalina Hotmauli Rotua Lasma Dame Nova Juliana Tiar {_CHRISTIAN_WOMEN}",
        f"{_CHRISTIAN_WOMEN} Grace Angelina Gracia Felicia",
        "Uli Romauli Marito Sondang Hotmaida Tiurma Roma",
    ),
    _words(
        "Simanjuntak Siregar Nasution Sitorus Hutapea Panjaitan Sinaga Manurung Sihombing Simbolon Hutagalung Pasaribu "
        "Ginting Tarigan Sembiring Harahap Lubis Situmorang Silalahi Nainggolan Marpaung Gultom Tambunan Saragih"
    ),
)
MINANG = Community(
    "minang",
    0.045,
    ("13",),
    0.5,
    "given",
    0.16,
    _names(
        "Syamsuddin Burhanuddin Nazaruddin Zainuddin Bustami Syafri Anwar Marzuki Kamaruddin Yunus Darwis Rusli",
        "Afrizal Hendri Zulkifli Syafrizal Doni Yulizar Fadli Irwan Rinaldi Masrizal Nofrizal Yusrizal Andri",
        _YOUNG_MUSLIM_MEN,
        "Chaniago Koto Tanjung Piliang Efendi Putra Akbar Mahendra Syarif Hidayat Pratama",
    ),
    _names(
        "Nurbaiti Rosmaini Yusnidar Nurlian Syamsiar Rostina Asnimar Nurhayati Zubaidah Dahniar Ratnawilis",
        "Yusneli Desmawati Elvi Yulidar Fitri Gusnita Refni Wirda Desi Nelwita Yenti Rahmi Mutia Silvia",
        _YOUNG_MUSLIM_WOMEN,
        "Yanti Putri Eliza Novita Rahmadani Hasanah Permata Wati Sari Marlina Oktavia",
    ),
)
CHINESE = Community(
    "tionghoa",
    0.055,
    ("61", "12", "19", "36"),
    0.72,
    "father",
    0.0,
    _names(
        "Hendra Hasan Budiman Djoni Sugianto Yanto Hartono Tjahja Rusli Effendi Lukas Darma",
        "Hendrik Rudy Johan Andi Ferry Steven Edwin Hengky Robert Willy Alvin Ricky Sumanto",
        "Kevin Jason Nicholas Felix Darren Marcel Vincent Rafael Jonathan Calvin Owen Matthew",
        "Kurniawan Surya Jaya Putra Christian Hartanto Setiawan",
    ),
    _names(
        "Lanny Meilani Suryati Herlina Linawati Tjitra Mariani Susana Erlina Yuliana Lily Rosita",
        "Lina Yenny Fenny Silvia Meliana Vivi Cindy Sherly Jessica Monica Angela Novita Stella",
        "Michelle Felicia Jennifer Valerie Clarissa Nadine Gracia Chelsea Vanessa Olivia Celine",
        "Wati Angelina Kristanti Natalia Dewi Gunawan Melinda",
    ),
    _words(
        "Wijaya Halim Tanoto Salim Gunawan Susanto Lesmana Tanuwijaya Limanto Kusuma Hartanto Chandra Setiadi Sutanto "
        "Winata Hidajat Angkasa Widjaja Oey Tan Lie Kosasih"
    ),
)
BUGIS = Community(
    "bugis",
    0.025,
    ("73",),
    0.5,
    "given",
    0.22,
    _names(
        "Ambo Tajuddin Mappiasse Lakessi Baharuddin Muhtar Sultan Hamzah Makmur Rappe Nurdin Hasanuddin",
        "Andi Syamsul Irfan Jufri Basri Ilyas Akbar Darwis Asri Herman Muhlis Rustam",
        _YOUNG_MUSLIM_MEN,
        "Arifin Idris Saleh Rahim Tahir Wahid Mappangara Ramli Latif Amiruddin",
    ),
    _names(
        "Hasnah Indo Subaedah Halijah Rosmiati Marhani Nurhaedah Sitti Dahlia Syamsiah Besse",
        "Andi Nurlina Hasmawati Besse Murniati Rahmawati Kasmawati Suriani Hartati Irmawati",
        _YOUNG_MUSLIM_WOMEN,
        "Tenri Rahma Amalia Nur Ramadhani Azizah Aminah Ridwan Mappasessu",
    ),
)
MADURESE = Community(
    "madura",
    0.015,
    ("35",),
    0.4,
    "given",
    0.45,
    _names(
        "Matrawi Sunarwi Muni Mistari Durahman Marsuki Tohir Sahrawi Asmuni Juhari Buhari",
        "Moh Hosnan Abdurrahman Fathor Holil Mahfud Sulaiman Imam Samsul Rofiq",
        _YOUNG_MUSLIM_MEN,
        "Rahman Hasan Subairi Romli Fauzi Holilurrohman Arifin",
    ),
    _names(
        "Misnati Sahami Hotimah Muniah Suhriyah Sutiyah Marwati Sumrah Rukayyah",
        "Hosniyah Siti Sulaiha Faridatul Nurul Masruroh Holifah Kutsiyah Wardatul",
        _YOUNG_MUSLIM_WOMEN,
        "Hasanah Jannah Hotimah Rohmah Qomariyah Hikmah Aini",
    ),
)
EASTERN = Community(
    "timur",
    0.02,
    ("53", "71", "81"),
    0.4,
    "father",
    0.0,
    _names(
        "Yosef Paulus Marthen Frans Welem Benyamin Elias Dominggus Yakob Simon",
        f"Ferdinand Melkianus Fransiskus Yulius Robertus {_CHRISTIAN_MEN}",
        f"{_CHRISTIAN_MEN} Juan Gerald Christian",
        "Yosef Alexander Benediktus Yakob Marselinus",
    ),
    _names(
        "Martha Yosefina Dorkas Paulina Margaretha Adolfina Ferderika Welmince",
        f"Yuliana Fransiska Yosephina Theresia Meilani {_CHRISTIAN_WOMEN}",
        f"{_CHRISTIAN_WOMEN} Gratia Angel Clara",
        "Yosefina Anastasia Margareta Fransina Imelda",
    ),
    _words(
        "Pattinama Latuheru Tuhumury Sahetapy Manuputty Rumengan Mandagi Wowor Lumenta Pangkey Seran Klau Bria "
        "Nahak Tefa Lakapu Radja Kelen Hayon"
    ),
)
BALINESE = Community(
    "bali",
    0.005,
    ("51",),
    0.5,
    "birth_order",
    0.0,
    _names(
        "Rai Suweca Lanus Rentang Sadra Kerta Sukarja",
        "Sudana Artawan Suardana Sujana Widiana Mahardika Suparta",
        "Aditya Wiguna Dharma Krisna Pradnya Wirawan",
        "Putra Arta Wijaya Yasa",
    ),
    _names(
        "Rasmi Suarti Sukerti Ranis Nyari Kerti",
        "Suartini Widiantari Sukarini Ariani Mariani Sudiasih",
        "Dewi Pradnyani Laksmi Saraswati Cahyani",
        "Asih Lestari Dewi Wati",
    ),
)
COMMUNITIES = (JAVANESE, BETAWI, SUNDANESE, BATAK, MINANG, CHINESE, BUGIS, MADURESE, EASTERN, BALINESE)
BALINESE_ORDER = ("Wayan", "Made", "Nyoman", "Ketut")
