"""Countries by the names that files give them, in English and German, with their two letters (ISO 3166-1)."""

from __future__ import annotations

_NAMES = """
AE United Arab Emirates|Vereinigte Arabische Emirate
AR Argentina|Argentinien
AT Austria|Österreich
AU Australia|Australien
BE Belgium|Belgien
BG Bulgaria|Bulgarien
BR Brazil|Brasilien
CA Canada|Kanada
CH Switzerland|Schweiz
CL Chile
CN China
CO Colombia|Kolumbien
CY Cyprus|Zypern
CZ Czechia|Czech Republic|Tschechien
DE Germany|Deutschland
DK Denmark|Dänemark
EE Estonia|Estland
EG Egypt|Ägypten
ES Spain|Spanien
FI Finland|Finnland
FR France|Frankreich
GB United Kingdom|UK|Great Britain|England|Vereinigtes Königreich|Großbritannien
GR Greece|Griechenland
HK Hong Kong|Hongkong
HR Croatia|Kroatien
HU Hungary|Ungarn
IE Ireland|Irland
IL Israel
IN India|Indien
IS Iceland|Island
IT Italy|Italien
JP Japan
KR South Korea|Korea|Südkorea
LI Liechtenstein
LT Lithuania|Litauen
LU Luxembourg|Luxemburg
LV Latvia|Lettland
MT Malta
MX Mexico|Mexiko
MY Malaysia
NL Netherlands|The Netherlands|Holland|Niederlande
NO Norway|Norwegen
NZ New Zealand|Neuseeland
PL Poland|Polen
PT Portugal
RO Romania|Rumänien
RS Serbia|Serbien
SA Saudi Arabia|Saudi-Arabien
SE Sweden|Schweden
SG Singapore|Singapur
SI Slovenia|Slowenien
SK Slovakia|Slowakei
TH Thailand
TR Turkey|Türkiye|Türkei
TW Taiwan
UA Ukraine
US United States|United States of America|USA|U.S.A.|Vereinigte Staaten
VE Venezuela
ZA South Africa|Südafrika
"""
COUNTRIES = {
    name.casefold(): line[:2] for line in _NAMES.strip().splitlines() for name in line[3:].split("|")
}
