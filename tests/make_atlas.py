"""Make ``src/newsgen/maps/atlas.json`` of an unpacked npm package: ``python tests/make_atlas.py /tmp/package``.

The package is world-atlas 2.0.2 (``npm pack world-atlas@2.0.2``, then ``tar xzf``): the borders of Natural Earth 4.1 in
TopoJSON. An arc is a stretch of coast or border that is stored once; each is simplified once, by itself, so that what
two countries share stays shared. docs/maps.md says what is changed and why; :mod:`newsgen.maps.atlas` reads the file.
"""

from __future__ import annotations

import hashlib
import heapq
import json
import math
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "src/newsgen/maps/atlas.json"
SOURCE = (
    "Made with Natural Earth (public domain, naturalearthdata.com), version 4.1, through the npm package world-atlas "
    "2.0.2 (ISC, Michael Bostock), by tests/make_atlas.py. Arcs are encoded polylines, longitude first, in hundredths "
    "of a degree; boxes a line through the south-western and the north-eastern corner of each."
)
HUNDREDTHS = 100
WORLD_TOLERANCE = 0.4
REGION_TOLERANCE = 0.045
"""Degrees of a great circle: the side of the square whose half is the least triangle that a point must make."""
LONELY = 0.5
"""Degrees: what 1:50m leaves out is taken from 1:10m where nothing of the same country is nearer than this."""

Point = tuple[float, float]
Ring = list[int]

# ISO 3166-1: numeric, alpha-2, alpha-3.
CODES = """
004AFAFG 008ALALB 010AQATA 012DZDZA 016ASASM 020ADAND 024AOAGO 028AGATG 031AZAZE 032ARARG 036AUAUS 040ATAUT
044BSBHS 048BHBHR 050BDBGD 051AMARM 052BBBRB 056BEBEL 060BMBMU 064BTBTN 068BOBOL 070BABIH 072BWBWA 076BRBRA
084BZBLZ 086IOIOT 090SBSLB 092VGVGB 096BNBRN 100BGBGR 104MMMMR 108BIBDI 112BYBLR 116KHKHM 120CMCMR 124CACAN
132CVCPV 136KYCYM 140CFCAF 144LKLKA 148TDTCD 152CLCHL 156CNCHN 158TWTWN 170COCOL 174KMCOM 178CGCOG 180CDCOD
184CKCOK 188CRCRI 191HRHRV 192CUCUB 196CYCYP 203CZCZE 204BJBEN 208DKDNK 212DMDMA 214DODOM 218ECECU 222SVSLV
226GQGNQ 231ETETH 232ERERI 233EEEST 234FOFRO 238FKFLK 239GSSGS 242FJFJI 246FIFIN 248AXALA 250FRFRA 258PFPYF
260TFATF 262DJDJI 266GAGAB 268GEGEO 270GMGMB 275PSPSE 276DEDEU 288GHGHA 292GIGIB 296KIKIR 300GRGRC 304GLGRL
308GDGRD 316GUGUM 320GTGTM 324GNGIN 328GYGUY 332HTHTI 334HMHMD 336VAVAT 340HNHND 344HKHKG 348HUHUN 352ISISL
356ININD 360IDIDN 364IRIRN 368IQIRQ 372IEIRL 376ILISR 380ITITA 384CICIV 388JMJAM 392JPJPN 398KZKAZ 400JOJOR
404KEKEN 408KPPRK 410KRKOR 414KWKWT 417KGKGZ 418LALAO 422LBLBN 426LSLSO 428LVLVA 430LRLBR 434LYLBY 438LILIE
440LTLTU 442LULUX 446MOMAC 450MGMDG 454MWMWI 458MYMYS 462MVMDV 466MLMLI 470MTMLT 478MRMRT 480MUMUS 484MXMEX
492MCMCO 496MNMNG 498MDMDA 499MEMNE 500MSMSR 504MAMAR 508MZMOZ 512OMOMN 516NANAM 520NRNRU 524NPNPL 528NLNLD
531CWCUW 533AWABW 534SXSXM 540NCNCL 548VUVUT 554NZNZL 558NINIC 562NENER 566NGNGA 570NUNIU 574NFNFK 578NONOR
580MPMNP 581UMUMI 583FMFSM 584MHMHL 585PWPLW 586PKPAK 591PAPAN 598PGPNG 600PYPRY 604PEPER 608PHPHL 612PNPCN
616PLPOL 620PTPRT 624GWGNB 626TLTLS 630PRPRI 634QAQAT 642ROROU 643RURUS 646RWRWA 652BLBLM 654SHSHN 659KNKNA
660AIAIA 662LCLCA 663MFMAF 666PMSPM 670VCVCT 674SMSMR 678STSTP 682SASAU 686SNSEN 688RSSRB 690SCSYC 694SLSLE
702SGSGP 703SKSVK 704VNVNM 705SISVN 706SOSOM 710ZAZAF 716ZWZWE 724ESESP 728SSSSD 729SDSDN 732EHESH 740SRSUR
748SZSWZ 752SESWE 756CHCHE 760SYSYR 762TJTJK 764THTHA 768TGTGO 776TOTON 780TTTTO 784AEARE 788TNTUN 792TRTUR
795TMTKM 796TCTCA 798TVTUV 800UGUGA 804UAUKR 807MKMKD 818EGEGY 826GBGBR 831GGGGY 832JEJEY 833IMIMN 834TZTZA
840USUSA 850VIVIR 854BFBFA 858UYURY 860UZUZB 862VEVEN 876WFWLF 882WSWSM 887YEYEM 894ZMZMB
"""

# What Natural Earth shortens, or names as in 2018; the first is the name, all others are understood too.
NAMES = """
Antigua and Barb.: Antigua and Barbuda
Bahamas: Bahamas, The Bahamas
Belarus: Belarus, Byelorussia
Bosnia and Herz.: Bosnia and Herzegovina, Bosnia, Bosnia-Herzegovina, BiH
Br. Indian Ocean Ter.: British Indian Ocean Territory
Bolivia: Bolivia, Plurinational State of Bolivia
British Virgin Is.: British Virgin Islands
Brunei: Brunei, Brunei Darussalam
Cabo Verde: Cabo Verde, Cape Verde
Cayman Is.: Cayman Islands
Central African Rep.: Central African Republic, CAR
China: China, People's Republic of China, PRC, Mainland China
Congo: Republic of the Congo, Congo, Congo-Brazzaville, Congo Republic, Republic of Congo
Cook Is.: Cook Islands
Curaçao: Curaçao
Czechia: Czechia, Czech Republic
Côte d'Ivoire: Côte d’Ivoire, Ivory Coast
Dem. Rep. Congo: DR Congo, Democratic Republic of the Congo, Democratic Republic of Congo, DRC, D.R. Congo, \
Congo-Kinshasa, Zaire
Dominican Rep.: Dominican Republic
Egypt: Egypt, Arab Republic of Egypt
Eq. Guinea: Equatorial Guinea
Faeroe Is.: Faroe Islands, Faeroe Islands
Falkland Is.: Falkland Islands, Malvinas, Falkland Islands (Malvinas)
Fr. Polynesia: French Polynesia
Fr. S. Antarctic Lands: French Southern and Antarctic Lands, French Southern Territories
France: France, French Republic
Gambia: Gambia, The Gambia
Germany: Germany, Federal Republic of Germany
Greece: Greece, Hellas
Heard I. and McDonald Is.: Heard Island and McDonald Islands
Hong Kong: Hong Kong, Hong Kong SAR
Indian Ocean Ter.: Australian Indian Ocean Territories, Christmas Island, Cocos Islands, Cocos (Keeling) Islands
Iran: Iran, Islamic Republic of Iran, Persia
Iraq: Iraq, Republic of Iraq
Ireland: Ireland, Republic of Ireland, Eire
Israel: Israel, State of Israel
Kyrgyzstan: Kyrgyzstan, Kyrgyz Republic
Laos: Laos, Lao PDR, Lao People's Democratic Republic
Libya: Libya, State of Libya
Macao: Macao, Macau
Macedonia: North Macedonia, Macedonia, FYROM
Marshall Is.: Marshall Islands
Micronesia: Micronesia, Federated States of Micronesia
Moldova: Moldova, Republic of Moldova
Myanmar: Myanmar, Burma
N. Cyprus: Northern Cyprus, N. Cyprus
N. Mariana Is.: Northern Mariana Islands
Netherlands: Netherlands, The Netherlands, Holland
North Korea: North Korea, DPRK, Democratic People's Republic of Korea
Palestine: Palestine, State of Palestine, Palestinian Territories, Occupied Palestinian Territory, Palestinian \
Territory, West Bank, Gaza, Gaza Strip, OPT
Philippines: Philippines, The Philippines
Pitcairn Is.: Pitcairn Islands
Russia: Russia, Russian Federation
S. Geo. and the Is.: South Georgia and the South Sandwich Islands
S. Sudan: South Sudan
Saint Helena: Saint Helena, Ascension and Tristan da Cunha, Saint Helena Ascension and Tristan da Cunha
Saudi Arabia: Saudi Arabia, Kingdom of Saudi Arabia, KSA
Solomon Is.: Solomon Islands
South Korea: South Korea, Republic of Korea, ROK, Korea
St-Barthélemy: Saint Barthélemy
St-Martin: Saint Martin
St. Kitts and Nevis: Saint Kitts and Nevis
St. Pierre and Miquelon: Saint Pierre and Miquelon
St. Vin. and Gren.: Saint Vincent and the Grenadines
Syria: Syria, Syrian Arab Republic
São Tomé and Principe: São Tomé and Príncipe
Taiwan: Taiwan, Republic of China, Chinese Taipei
Tanzania: Tanzania, United Republic of Tanzania
Timor-Leste: Timor-Leste, East Timor
Trinidad and Tobago: Trinidad and Tobago, Trinidad
Turkey: Turkey, Türkiye
Turks and Caicos Is.: Turks and Caicos Islands
U.S. Minor Outlying Is.: United States Minor Outlying Islands
U.S. Virgin Is.: United States Virgin Islands, US Virgin Islands, U.S. Virgin Islands, Virgin Islands
United Arab Emirates: United Arab Emirates, Emirates
United Kingdom: United Kingdom, U.K., Britain, Great Britain, England, Scotland, Wales, Northern Ireland
United States of America: United States, United States of America, U.S.A., U.S., America
Vatican: Vatican City, Vatican, Holy See
Venezuela: Venezuela, Bolivarian Republic of Venezuela
Vietnam: Vietnam, Viet Nam
W. Sahara: Western Sahara, Sahrawi Republic, Sahrawi Arab Democratic Republic
Wallis and Futuna Is.: Wallis and Futuna
eSwatini: Eswatini, Swaziland
Åland: Åland, Åland Islands
"""

# Places that readers may rightly give either country to: parts overseas that have shapes of their own, and lands that
# are disputed. Nothing is suspected of either.
ALSO_OF = """
United States of America: Puerto Rico, U.S. Virgin Is., Guam, N. Mariana Is., American Samoa, U.S. Minor \
Outlying Is.
United Kingdom: Anguilla, Bermuda, Br. Indian Ocean Ter., British Virgin Is., Cayman Is., Falkland Is., \
Guernsey, Isle of Man, Jersey, Montserrat, Pitcairn Is., S. Geo. and the Is., Saint Helena, Turks and \
Caicos Is.
France: Fr. Polynesia, Fr. S. Antarctic Lands, New Caledonia, St-Barthélemy, St-Martin, St. Pierre and Miquelon, \
Wallis and Futuna Is., Clipperton I.
Netherlands: Aruba, Curaçao, Sint Maarten
Denmark: Faeroe Is., Greenland
Finland: Åland
New Zealand: Cook Is., Niue
Australia: Ashmore and Cartier Is., Heard I. and McDonald Is., Indian Ocean Ter., Norfolk Island
China: Hong Kong, Macao, Taiwan
Cyprus: N. Cyprus
Turkey: N. Cyprus
Somalia: Somaliland
Serbia: Kosovo
Morocco: W. Sahara
W. Sahara: Morocco
Israel: Palestine
Palestine: Israel
India: Siachen Glacier
Pakistan: Siachen Glacier
Argentina: Falkland Is., S. Geo. and the Is.
Russia: Crimea
Ukraine: Crimea
St-Martin: Sint Maarten
Sint Maarten: St-Martin
Saint Helena: S. Geo. and the Is.
Antarctica: Fr. S. Antarctic Lands
"""

# Shapes without a name of their own on a map: specks, zones, and lands that few states or none recognise.
UNNAMED = "N. Cyprus, Somaliland, Siachen Glacier, Crimea, Indian Ocean Ter., Ashmore and Cartier Is."
DISPUTED = "W. Sahara+Morocco, Kosovo+Serbia, N. Cyprus+Cyprus, Somaliland+Somalia, Palestine+Israel, Crimea+Ukraine"
"""Pairs whose border is drawn as disputed; so is every border of Siachen Glacier."""
CRIMEA = (34.2, 45.2)


class Topology:
    """One file of the package: its arcs in degrees, and which country is made of which."""

    def __init__(self, path: Path) -> None:
        data = json.loads(path.read_text(encoding="utf-8"))
        (across, up), (west, south) = data["transform"]["scale"], data["transform"]["translate"]
        self.arcs: list[list[Point]] = []
        for arc in data["arcs"]:
            x = y = 0
            points = []
            for step in arc:
                x, y = x + step[0], y + step[1]
                points.append((x * across + west, y * up + south))
            self.arcs.append(points)
        self.countries: dict[str, list[list[Ring]]] = {}
        self.ids: dict[str, str] = {}
        for shape in data["objects"]["countries"]["geometries"]:
            name = shape["properties"]["name"]
            self.countries[name] = polygons_of(shape)
            self.ids[name] = shape.get("id", "")
        self.land = [ring for shape in data["objects"]["land"]["geometries"] for p in polygons_of(shape) for ring in p]
        self._leave_out_pole()
        self._part_crimea()

    def _leave_out_pole(self) -> None:
        """Leave out the ring round the South Pole that is a hole in Antarctica of no area."""
        holes = [ring for p in self.countries["Antarctica"] for ring in p if max(y for _, y in self.points(ring)) < -89]
        self.land = [ring for ring in self.land if ring not in holes]
        self.countries["Antarctica"] = [[r for r in p if r not in holes] for p in self.countries["Antarctica"]]

    def _part_crimea(self) -> None:
        """Make Crimea a shape of its own: Natural Earth 4.1 has it with Russia, the United Nations with Ukraine."""
        found = [
            p for p in self.countries["Russia"] if len(self.points(p[0])) < 400 and inside(CRIMEA, self.points(p[0]))
        ]
        if found:
            self.countries["Russia"] = [p for p in self.countries["Russia"] if p not in found]
            self.countries["Crimea"] = found
            self.ids["Crimea"] = ""

    def points(self, ring: Ring) -> list[Point]:
        points: list[Point] = []
        for number in ring:
            arc = self.arcs[number] if number >= 0 else self.arcs[~number][::-1]
            points += arc[1:] if points else arc
        return points

    def borders(self) -> tuple[list[int], list[int]]:
        """The arcs that two countries share: borders, and those that are disputed."""
        users = defaultdict(set)
        for name, polygons in self.countries.items():
            for ring in (ring for polygon in polygons for ring in polygon):
                for number in ring:
                    users[number if number >= 0 else ~number].add(name)
        disputed_pairs = [set(pair.split("+")) for pair in DISPUTED.split(", ")]
        borders, disputed = [], []
        for number, names in sorted(users.items()):
            if len(names) > 1:
                doubtful = "Siachen Glacier" in names or any(pair <= names for pair in disputed_pairs)
                (disputed if doubtful else borders).append(number)
        return borders, disputed


def polygons_of(shape: dict[str, Any]) -> list[list[Ring]]:
    if shape["type"] == "Polygon":
        return [shape["arcs"]]
    return list(shape.get("arcs", []))


def inside(point: Point, ring: Sequence[Point]) -> bool:
    x, y = point
    odd = False
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            odd = not odd
    return odd


def simplify(arc: list[Point], tolerance: float) -> list[Point]:
    """Leave out points by the area of their triangles, the least first (Visvalingam and Whyatt 1993)."""
    closed = arc[0] == arc[-1]
    least = tolerance * tolerance / 2
    before, after = list(range(-1, len(arc) - 1)), list(range(1, len(arc) + 1))
    there = [True] * len(arc)

    def area(at: int) -> float:
        (x1, y1), (x2, y2), (x3, y3) = arc[before[at]], arc[at], arc[after[at]]
        return abs((x2 - x1) * (y3 - y1) - (x3 - x1) * (y2 - y1)) / 2 * math.cos(math.radians(y2))

    heap = [(area(at), at) for at in range(1, len(arc) - 1)]
    now = {at: size for size, at in heap}
    heapq.heapify(heap)
    left = len(arc)
    while heap and heap[0][0] < least and left > (4 if closed else 2):
        size, at = heapq.heappop(heap)
        if not there[at] or now[at] != size:
            continue
        there[at] = False
        left -= 1
        for one, other in ((before[at], after[at]), (after[at], before[at])):
            if one < other:
                after[one] = other
            else:
                before[one] = other
        for one in (before[at], after[at]):
            if 0 < one < len(arc) - 1:
                now[one] = max(area(one), size)
                heapq.heappush(heap, (now[one], one))
    return [point for point, is_there in zip(arc, there, strict=True) if is_there]


def in_hundredths(arc: list[Point], tolerance: float) -> list[tuple[int, int]]:
    """An arc made simpler, in hundredths of a degree."""
    rounded: list[tuple[int, int]] = []
    for x, y in simplify(arc, tolerance):
        point = (round(x * HUNDREDTHS), round(y * HUNDREDTHS))
        if not rounded or rounded[-1] != point:
            rounded.append(point)
    return rounded


def corners(arc: list[tuple[int, int]]) -> list[tuple[int, int]]:
    xs, ys = zip(*arc, strict=True)
    return [(min(xs), min(ys)), (max(xs), max(ys))]


def encoded(arc: list[tuple[int, int]]) -> str:
    """An arc, x before y, in the encoded polyline format: differences, 5 bits a character."""
    text = []
    for before, point in zip([(0, 0), *arc], arc, strict=False):
        for one, other in zip(before, point, strict=True):
            value = (other - one) << 1 if other >= one else ~((other - one) << 1)
            while value >= 0x20:
                text.append(chr((0x20 | (value & 0x1F)) + 63))
                value >>= 5
            text.append(chr(value + 63))
    return "".join(text)


def is_lonely(island: list[Point], others: list[Point]) -> bool:
    """Whether nothing of the same country is near an island."""
    x, y = island[0]
    shrink = math.cos(math.radians(y))
    return all(math.hypot(((a - x + 180) % 360 - 180) * shrink, b - y) > LONELY for a, b in others)


def add_islands(region: Topology, fine: Topology) -> int:
    """Add the islands that 1:50m leaves out, and whose country would be far away without them."""
    added = 0
    for name, polygons in sorted(fine.countries.items()):
        kept = [point for p in region.countries.get(name, []) for point in region.points(p[0])]
        sizes = sorted(polygons, key=lambda polygon: -len(fine.points(polygon[0])))
        if name not in region.countries and not fine.ids[name] and name != "Clipperton I.":
            continue  # banks, bases and buffer zones: what they lie in is there
        for polygon in sizes:
            island = fine.points(polygon[0])
            if len(polygon[0]) == 1 and is_lonely(island, kept):
                kept += island
                region.arcs.append(island)
                ring = [len(region.arcs) - 1]
                region.countries.setdefault(name, []).append([ring])
                region.ids.setdefault(name, fine.ids[name])
                region.land.append(ring)
                added += 1
    return added


def table(text: str) -> dict[str, list[str]]:
    rows = (line.partition(": ") for line in text.strip().splitlines())
    return {name: [one.strip() for one in rest.split(", ")] for name, _, rest in rows}


def level(topology: Topology, tolerance: float) -> dict[str, Any]:
    borders, disputed = topology.borders()
    arcs = [in_hundredths(arc, tolerance) for arc in topology.arcs]
    return {
        "arcs": [encoded(arc) for arc in arcs],
        "boxes": encoded([corner for arc in arcs for corner in corners(arc)]),
        "land": topology.land,
        "borders": borders,
        "disputed": disputed,
    }


def countries(region: Topology) -> list[dict[str, Any]]:
    codes = {one[:3]: [one[3:5], one[5:]] for one in CODES.split()}
    codes[""] = []
    names, also_of = table(NAMES), table(ALSO_OF)
    unknown = {*names, *also_of, *(part for parts in also_of.values() for part in parts)} - set(region.countries)
    assert not unknown, unknown
    unnamed = UNNAMED.split(", ")
    found = []
    for name in sorted(region.countries):
        known = names.get(name, [name])
        one: dict[str, Any] = {"name": known[0]}
        more = [*known[1:], *([] if name == "Ashmore and Cartier Is." else codes[region.ids[name]])]
        if name == "Kosovo":
            more += ["XK", "XKX"]
        if more:
            one["also"] = more
        if name in unnamed:
            one["unnamed"] = True
        if name in also_of:
            one["parts"] = [names.get(part, [part])[0] for part in also_of[name]]
        one["rings"] = [ring for polygon in region.countries[name] for ring in polygon]
        found.append(one)
    return found


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("Give the folder of the unpacked package world-atlas 2.0.2.")
    package = Path(sys.argv[1])
    if json.loads((package / "package.json").read_text(encoding="utf-8"))["version"] != "2.0.2":
        sys.exit("Only world-atlas 2.0.2 is known to be whole when it is made smaller in this way.")
    world, region, fine = (Topology(package / f"countries-{scale}.json") for scale in ("110m", "50m", "10m"))
    islands = add_islands(region, fine)
    atlas = {
        "source": SOURCE,
        "world": level(world, WORLD_TOLERANCE),
        "region": level(region, REGION_TOLERANCE),
        "countries": countries(region),
    }
    text = json.dumps(atlas, ensure_ascii=False, separators=(",", ":")) + "\n"
    TARGET.write_text(text, encoding="utf-8")
    print(
        f"{len(text.encode()):,} bytes, {islands} islands of 1:10m, sha256 {hashlib.sha256(text.encode()).hexdigest()}"
    )


if __name__ == "__main__":
    main()
