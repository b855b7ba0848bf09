"""Words that tell the name of a service from other words, and what is said from how it is said.

Collected from general knowledge of health and care in England, not from the plans that results are reported on.
"""

from __future__ import annotations

# What the name of a service ends with.
HEADS = frozenset({
    "academy", "agreement", "alliance", "app", "approach", "bag", "bags", "beds", "board", "bridge", "bundle",
    "bureau", "bus", "cafe", "campaign", "cell", "centre", "champions", "charter", "circle", "clinic", "club",
    "co-operative", "collaborative", "college", "committee", "compact", "concordat", "contract", "contracts",
    "council", "dashboard", "desk", "exchange", "fellowship", "first", "forum", "framework", "fund", "gateway",
    "group", "hub", "huddle", "huddles", "initiative", "kitbag", "lab", "line", "link", "links", "model", "network",
    "nurses", "offer", "panel", "partnership", "pass", "passport", "pathway", "pilot", "platform", "pledge", "plus",
    "pool", "portal", "practice", "programme", "project", "prospectus", "protocol", "record", "register",
    "response", "round", "rounds", "scheme", "school", "scorecard", "service", "services", "squad", "standard",
    "steps", "suite", "summit", "support", "taskforce", "team", "teams", "tool", "toolkit", "tracker", "transport",
    "unit", "visitors", "ward", "wards", "watch",
})  # fmt: skip
# Those among them that in small letters are mostly something else: "ring the Bridge Hub first", "they offer".
CAPITAL_ONLY = frozenset({
    "approach", "champions", "compact", "first", "link", "links", "nurses", "offer", "pass", "plus", "standard",
    "support", "visitors", "watch",
})  # fmt: skip
SMALL_HEADS = HEADS - CAPITAL_ONLY
# Words that begin sentences and are no part of a name.
OPENERS = frozenset({
    "a", "across", "additionally", "after", "all", "also", "although", "an", "and", "any", "as", "at", "because",
    "before", "between", "both", "but", "by", "during", "each", "every", "following", "for", "from", "further",
    "he", "her", "here", "his", "how", "however", "i", "if", "in", "it", "its", "many", "most", "no", "not", "of",
    "on", "or", "our", "over", "she", "since", "so", "some", "that", "the", "their", "there", "these", "they",
    "this", "those", "through", "to", "under", "until", "we", "what", "when", "where", "while", "who", "why",
    "with", "you",
})  # fmt: skip
# Offices that people hold.
ROLES = frozenset({
    "chair", "chief", "cllr", "commissioner", "councillor", "councillors", "dame", "director", "directors", "dr",
    "head", "leader", "manager", "minister", "mr", "mrs", "ms", "officer", "professor", "secretary", "sir",
})  # fmt: skip
# What the names of bodies and places end with.
BODIES = frozenset({
    "act", "authorities", "authority", "avenue", "borough", "britain", "ccg", "ccgs", "city", "council", "county",
    "department", "district", "england", "hospital", "hospitals", "icb", "icp", "ics", "infirmary", "kingdom",
    "lane", "limited", "ltd", "ministry", "nhs", "plc", "regulations", "road", "scotland", "street", "trust", "uk",
    "university", "wales",
})  # fmt: skip
# Names of days and months; seasons may be part of a name ("Winter Hub").
CALENDAR = frozenset({
    "april", "august", "december", "february", "friday", "january", "july", "june", "march", "may", "monday",
    "november", "october", "saturday", "september", "sunday", "thursday", "tuesday", "wednesday",
})  # fmt: skip
# Bodies, funds, laws and fields that many initiatives have in common: to name one is not to name the initiative.
COMMON = frozenset({
    "adult social care",
    "better care fund",
    "care act",
    "care home",
    "care homes",
    "care quality commission",
    "chief executive",
    "clinical commissioning group",
    "community health",
    "covid",
    "department of health",
    "director of adult social care",
    "director of adult social services",
    "disabled facilities grant",
    "enhanced health in care homes",
    "fair cost of care",
    "general practice",
    "head of commissioning",
    "health and care act",
    "health and social care",
    "health and wellbeing board",
    "health wellbeing board",
    "improved better care fund",
    "integrated care board",
    "integrated care partnership",
    "integrated care system",
    "joint strategic needs assessment",
    "local authority",
    "local government association",
    "long term plan",
    "market sustainability",
    "mental health",
    "national health service",
    "nhs digital",
    "nhs england",
    "nhs improvement",
    "nhs long term plan",
    "office for national statistics",
    "older people",
    "primary care network",
    "primary care networks",
    "public health",
    "public health england",
    "section",
    "skills for care",
    "social care",
    "social care grant",
    "winter pressures grant",
})  # fmt: skip
# Words of grammar, and of dates: they say nothing of what is done.
EMPTY = frozenset({
    "a", "about", "above", "after", "again", "all", "along", "also", "am", "an", "and", "any", "april", "are", "as",
    "at", "august", "be", "been", "before", "being", "below", "between", "both", "but", "by", "can", "could",
    "date", "december", "did", "do", "does", "doing", "done", "due", "during", "each", "either", "february", "for",
    "from", "further", "had", "has", "have", "having", "he", "her", "here", "his", "how", "if", "in", "into", "is",
    "it", "its", "itself", "january", "july", "june", "just", "march", "may", "me", "might", "month", "months",
    "more", "most", "must", "my", "no", "nor", "not", "november", "now", "october", "of", "off", "on", "once",
    "one", "only", "or", "other", "our", "out", "over", "own", "per", "same", "september", "shall", "she", "should",
    "since", "so", "some", "such", "than", "that", "the", "their", "them", "then", "there", "these", "they", "this",
    "those", "to", "too", "two", "under", "until", "up", "upon", "us", "very", "via", "was", "we", "were", "what",
    "when", "where", "which", "while", "who", "whom", "why", "will", "with", "would", "year", "years", "yet", "you",
    "your",
})  # fmt: skip
# Words, in the singular, that nearly every passage on health and care holds: they count, but little.
GENERAL = frozenset({
    "adult", "aim", "area", "available", "board", "borough", "care", "city", "clinical", "commissioner",
    "community", "continue", "council", "county", "deliver", "delivery", "develop", "develope", "district",
    "ensure", "establish", "fund", "funding", "group", "health", "help", "home", "hospital", "improve",
    "improvement", "include", "increase", "initiative", "integrate", "integrated", "introduce", "joint", "launch",
    "live", "local", "locality", "manager", "meet", "model", "need", "new", "nhs", "offer", "older", "outcome",
    "partner", "partnership", "patient", "people", "person", "place", "plan", "programme", "project", "provide",
    "provider", "provision", "quality", "regular", "resident", "review", "run", "running", "scheme", "service",
    "set", "social", "staff", "start", "started", "strategy", "support", "system", "team", "trust", "use", "visit",
    "week", "weekly", "work", "worker", "working",
})  # fmt: skip
# Words before a service that are no part of its name: what is done with it, and how it is.
AROUND = frozenset({
    "additional", "agreed", "all", "begin", "begins", "better", "bigger", "build", "building", "commission",
    "commissioned", "commissioning", "create", "created", "current", "dedicated", "designed", "develop",
    "developed", "developing", "effective", "embed", "enhanced", "entire", "establish", "established", "existing",
    "expand", "expanded", "expanding", "extend", "extended", "extending", "first", "former", "full", "funded",
    "further", "future", "good", "have", "having", "improved", "increase", "introduce", "introduced", "introducing",
    "joint", "key", "known", "large", "launch", "launched", "launching", "local", "main", "mobilise", "new",
    "newly", "old", "ongoing", "open", "opened", "other", "own", "pilot", "piloted", "piloting", "planned",
    "previous", "propose", "proposed", "provide", "provided", "provides", "providing", "redesigned", "refreshed",
    "remain", "replace", "responsive", "roll", "run", "running", "same", "scale", "separate", "set", "several",
    "single", "small", "specific", "start", "started", "strengthen", "successful", "support", "supports", "test",
    "through", "trial", "use", "using", "wider", "work", "working",
})  # fmt: skip
# What a name may end with in one passage and not in the next: "the Red Bag", "the Red Bag scheme".
LOOSE = frozenset({
    "approach", "initiative", "model", "offer", "pilot", "programme", "project", "scheme", "service", "work",
})  # fmt: skip
