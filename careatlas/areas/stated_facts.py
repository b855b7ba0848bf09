"""Facts of the geography that stand in no table, with the Order, Act or record that has each (``tables/SOURCES.md``).

Most go into the package tables by :mod:`careatlas.areas.make_tables`.
"""

from __future__ import annotations

from datetime import date

# The last reorganisation before our tables; nothing in them began between this day and 2019 but new boundaries.
BEFORE_TABLES = date(2009, 4, 1)
CCGS_BEGAN = date(2013, 4, 1)  # Health and Social Care Act 2012
STPS_BEGAN = date(2016, 4, 1)  # footprints of the planning guidance for 2016/17
ICBS_BEGAN = date(2022, 7, 1)  # Health and Care Act 2022, which ended CCGs
NHS_TABLES_BEGIN = date(2021, 4, 1)  # the vintage of our tables of CCGs and STPs
NEWEST_VINTAGE = date(2025, 3, 31)  # the last day of our newest table of councils
ICBS_CHANGED = date(2026, 4, 1)
ICB_CHANGE = (
    "from 2026-04-01 there are 36 ICBs: 12 of the 42 were abolished, 6 formed, one boundary moved; "
    "our sources do not give their codes"
)
ICB_CHANGE_SOURCE = "NHS Business Services Authority, open data news of 10 April 2026"

NEW_BOUNDARY = "new boundary"  # how the basis of such a succession begins
# New code because of a new boundary: (old, new, first day, source). The pairs of 2012 and 2013 are also
# ``former-gss-codes`` of the mySociety table, which has no dates. Few or no people moved: weight 1.
NEW_BOUNDARIES: tuple[tuple[str, str, date, str], ...] = (
    ("E07000100", "E07000240", date(2012, 4, 1), "St Albans and Welwyn Hatfield (Boundary Change) Order 2012"),
    ("E07000104", "E07000241", date(2012, 4, 1), "St Albans and Welwyn Hatfield (Boundary Change) Order 2012"),
    ("E07000097", "E07000242", date(2013, 4, 1), "East Hertfordshire and Stevenage (Boundary Change) Order 2013"),
    ("E07000101", "E07000243", date(2013, 4, 1), "East Hertfordshire and Stevenage (Boundary Change) Order 2013"),
    ("E06000048", "E06000057", date(2013, 4, 1), "Gateshead and Northumberland (Boundary Change) Order 2013"),
    ("E08000020", "E08000037", date(2013, 4, 1), "Gateshead and Northumberland (Boundary Change) Order 2013"),
    ("E08000016", "E08000038", date(2025, 4, 1), "Barnsley and Sheffield (Boundary Changes) Order 2024"),
    ("E08000019", "E08000039", date(2025, 4, 1), "Barnsley and Sheffield (Boundary Changes) Order 2024"),
)

# When combined authorities began and ended, where the mySociety table has another day or none.
COMBINED_AUTHORITY_DAYS: dict[str, tuple[date, date | None]] = {
    "E47000001": (date(2011, 4, 1), None),  # Greater Manchester Combined Authority Order 2011
    "E47000006": (date(2016, 4, 1), None),  # Tees Valley Combined Authority Order 2016
    "E47000008": (date(2017, 3, 3), None),  # Cambridgeshire and Peterborough Combined Authority Order 2017
    "E47000009": (date(2017, 2, 9), None),  # West of England Combined Authority Order 2017
    # Both gave way to one authority of the whole North East, whose code our tables do not have.
    "E47000010": (date(2018, 11, 2), date(2024, 5, 7)),
    "E47000011": (date(2018, 11, 2), date(2024, 5, 7)),
}
# Names that the mySociety table has wrong or that mislead.
COMBINED_AUTHORITY_NAMES = {
    "E47000002": "South Yorkshire",
    "E47000013": "East Midlands",
    "E47000016": "Hull and East Yorkshire",
    "E47000017": "Greater Lincolnshire",
}
COMBINED_AUTHORITY_REGIONS = {"E47000017": "East Midlands"}
NOT_NAMES = frozenset(
    {
        "adur and worthing borough council",
        "Yorkshire and The Humber CA",
        "Yorkshire and The Humber MCA",
        "East Midlands CC",
    }
)
OTHER_NAMES: dict[str, tuple[str, ...]] = {
    "E06000010": ("Hull",),
    "E06000022": ("B&NES", "BANES"),
    "E06000058": ("BCP Council", "BCP"),
    "E12000006": ("East",),
    "E12000007": ("Greater London",),
}

# The day from which CCGs with the newest codes existed: (lowest number of the code, first day). Mergers of each April,
# NHS England; older codes are those of 2013. The tables only say that all existed in April 2021.
CCG_CODES_BY_YEAR: tuple[tuple[int, date], ...] = (
    (249, date(2021, 4, 1)),
    (231, date(2020, 4, 1)),
    (229, date(2019, 4, 1)),
    (220, date(2018, 4, 1)),
    (213, date(2017, 4, 1)),
    (212, date(2015, 4, 1)),
)
UPPER_TIER_OF_PEOPLE = date(2019, 4, 1)  # the authorities of the table of residents by age
# Statistics often print these two with a neighbour.
MERGED_IN_STATISTICS = {"E09000001": "E09000012", "E06000053": "E06000052"}
