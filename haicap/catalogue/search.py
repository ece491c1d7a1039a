"""Finding a procedure from everyday words: with and without accents, with slips, in any order.

Every procedure has phrases (short name, words people use, official name), kept without accents,
with a full-text vector. The words of a query are mended against the vocabulary of all phrases (a
letter wrong, two words written together, Telex keys left in); the database gives candidates by full
text, or by trigrams where no word is known; candidates are ranked by how well one phrase and the
query cover each other, rare words counting more.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.db import connection
from django.db.models import Max

from haicap.catalogue.models import ProcedureVersion
from haicap.kernel.vietnamese import clean, fold_accents

LONGEST_QUERY: Final = 200
MOST_WORDS: Final = 14
MOST_CANDIDATES: Final = 150
MOST_FOUND: Final = 60
WORST_SCORE: Final = 0.34  # below it a find has little to do with the question
FAR_BEHIND: Final = 0.58  # of the best score: below it a find only disturbs

_WORD: Final = re.compile(r"[a-z0-9]+")
# Said in a question but telling nothing about the matter.
_FILLERS: Final = re.compile(
    r"\b(?:thu tuc|ho so|can (?:nhung )?(?:giay to |giay )?gi|giay to gi|can giay|nhu the nao|"
    r"the nao|lam sao|o dau|bao lau|bao nhieu(?: tien)?|het bao nhieu|mat bao (?:lau|nhieu)|"
    r"toi muon|em muon|minh muon|cho (?:toi|em) hoi|xin hoi|cho hoi|giup toi|phai lam gi|lam gi|"
    r"la gi|co phai|co can|khong a|duoc khong|thi sao|khi nao|can phai|can lam|va|thi|a|voi)\b"
)
_EVERYDAY: Final = frozenset(
    {
        "lam",
        "xin",
        "cho",
        "toi",
        "em",
        "minh",
        "can",
        "muon",
        "giay",
        "to",
        "di",
        "duoc",
        "bi",
        "cai",
    }
)
_FINAL_Y: Final = re.compile(r"(?<=[bcdghklmnprstvx])y$|(?<=qu)y$")
_TELEX: Final = (("dd", "d"), ("aa", "a"), ("ee", "e"), ("oo", "o"))


@dataclass(frozen=True, slots=True)
class Hit:
    """A procedure found, and how well it answers (1: in full)."""

    procedure_id: int
    score: float


Alternatives = dict[str, float]  # word of the vocabulary → how surely it was meant


def find(query: str, *, typing: bool = False) -> list[Hit]:
    """Procedures that answer the query, best first. `typing`: the last word may be unfinished."""
    words = query_words(query)
    if not words:
        return []
    vocabulary = _vocabulary(_generation())
    meant = [
        _alternatives(word, vocabulary, unfinished=typing and place == len(words) - 1)
        for place, word in enumerate(words)
    ]
    known = any(meant)
    rows = _by_words(meant) if known else []
    if not rows:
        rows = _by_trigrams(" ".join(words))
    weights = [_weight(word, found, vocabulary) for word, found in zip(words, meant, strict=True)]
    hits = [
        Hit(procedure, _score(phrases, prior, words, meant, weights, vocabulary))
        for procedure, phrases, prior in rows
    ]
    hits = [hit for hit in hits if hit.score >= WORST_SCORE]
    best = max((hit.score for hit in hits), default=0.0)
    hits = [hit for hit in hits if hit.score >= best * FAR_BEHIND]
    return sorted(hits, key=lambda hit: (-hit.score, hit.procedure_id))[:MOST_FOUND]


def query_words(query: str) -> list[str]:
    """The telling words of a question, folded. A code (1.001193) stays one word."""
    folded = fold_accents(clean(query[: LONGEST_QUERY * 4])[:LONGEST_QUERY])
    if code := re.fullmatch(r"\d[. ]?\d{6}", folded.strip()):
        return [re.sub(r"\D", "", code[0])]
    bare = _FILLERS.sub(" ", " ".join(_WORD.findall(folded)))
    return words_of(bare)[:MOST_WORDS] or words_of(folded)[:MOST_WORDS]


def words_of(text: str) -> list[str]:
    """Words as they are compared: i and y are one (ký, kí)."""
    return [_same_i(word) for word in _WORD.findall(fold_accents(text))]


def _same_i(word: str) -> str:
    return _FINAL_Y.sub("i", word)


# --- the vocabulary -----------------------------------------------------------------------------


def _generation() -> int:
    """Grows with every version published, so that the vocabulary is read anew."""
    newest = ProcedureVersion.objects.aggregate(newest=Max("pk"))["newest"]
    return int(newest or 0)


@lru_cache(maxsize=2)
def _vocabulary(generation: int) -> Mapping[str, float]:
    """Every word of the phrases with its rarity (inverse document frequency)."""
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from catalogue_proceduresearch")
        total = int(cursor.fetchone()[0])
        cursor.execute(
            "select word, ndoc from ts_stat('select vector from catalogue_proceduresearch')"
        )
        return {
            str(word): math.log(1 + total / int(documents)) for word, documents in cursor.fetchall()
        }


def _weight(word: str, meant: Alternatives, vocabulary: Mapping[str, float]) -> float:
    if not meant:
        return 2.0
    rarity = max(vocabulary[found] for found in meant)
    return rarity * (0.35 if word in _EVERYDAY else 1.0)


def _alternatives(word: str, vocabulary: Mapping[str, float], *, unfinished: bool) -> Alternatives:
    """Words of the vocabulary that may be meant."""
    found: Alternatives = {word: 1.0} if word in vocabulary else {}
    if unfinished and len(word) >= 2:
        begun = [other for other in vocabulary if other.startswith(word) and other != word]
        found |= dict.fromkeys(sorted(begun, key=len)[:20], 0.8)
    if found or word.isdecimal():
        return found
    if typed := _without_telex(word, vocabulary):
        return {typed: 0.95}
    if len(word) >= 5 and (halves := _halves(word, vocabulary)):
        return {halves[0]: 0.9, halves[1]: 0.9}
    if len(word) < 3:
        return {}
    near = {other: 0.75 for other in vocabulary if _one_slip(word, other)}
    return near or {
        other: 0.55 for other in vocabulary if len(word) >= 7 and _two_slips(word, other)
    }


def _without_telex(word: str, vocabulary: Mapping[str, float]) -> str:
    """The word that Telex keys would have given: giaays → giay, ddawng → dang."""
    plain = word
    for keys, letter in _TELEX:
        plain = plain.replace(keys, letter)
    plain = plain.replace("w", "") if plain != "w" else "u"
    for candidate in (plain, re.sub(r"[sfrxj]$", "", plain), re.sub(r"[sfrxj]", "", plain)):
        if candidate != word and len(candidate) >= 2 and candidate in vocabulary:
            return candidate
    return ""


def _halves(word: str, vocabulary: Mapping[str, float]) -> tuple[str, str] | None:
    """Two words written together: khaisinh → khai sinh."""
    cuts = [
        (word[:at], word[at:])
        for at in range(2, len(word) - 1)
        if word[:at] in vocabulary and word[at:] in vocabulary
    ]
    return max(cuts, key=lambda cut: min(len(cut[0]), len(cut[1])), default=None)


def _one_slip(a: str, b: str) -> bool:
    """Whether one letter was wrong, missing, too many, or two neighbours were swapped."""
    if a == b or abs(len(a) - len(b)) > 1 or min(len(a), len(b)) < 2:
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    x, y = a[start:], b[start:]
    if len(x) == len(y):
        return x[1:] == y[1:] or (x[:2] == y[1::-1] and x[2:] == y[2:])
    return x[1:] == y if len(x) > len(y) else x == y[1:]


def _two_slips(a: str, b: str) -> bool:
    if abs(len(a) - len(b)) > 2 or a[:1] != b[:1]:
        return False
    return any(_one_slip(a[:at] + a[at + 1 :], b) for at in range(len(a)))


# --- candidates and ranking ---------------------------------------------------------------------

Row = tuple[int, list[list[str]], int]


def _by_words(meant: Sequence[Alternatives]) -> list[Row]:
    """Rows with any of the words; those with all of them first: no common word hides them."""
    groups = [
        "(" + " | ".join(f"'{word}'" for word in sorted(words)) + ")" for words in meant if words
    ]
    return _rows(
        "select procedure_id, text_fold, weight from catalogue_proceduresearch,"
        " to_tsquery('simple', %s) one_of, to_tsquery('simple', %s) all_of"
        " where vector @@ one_of order by vector @@ all_of desc, ts_rank(vector, one_of, 1) desc,"
        " weight desc, procedure_id limit %s",
        [" | ".join(groups), " & ".join(groups), MOST_CANDIDATES],
    )


def _by_trigrams(text: str) -> list[Row]:
    return _rows(
        "select procedure_id, text_fold, weight from catalogue_proceduresearch"
        " where %s <%% text_fold order by word_similarity(%s, text_fold) desc, procedure_id"
        " limit %s",
        [text, text, 20],
    )


def _rows(statement: str, values: list[str | int]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [
            (int(procedure), [line.split() for line in str(text).split("\n")], int(weight))
            for procedure, text, weight in cursor.fetchall()
        ]


def _score(
    phrases: Sequence[Sequence[str]],
    prior: int,
    words: Sequence[str],
    meant: Sequence[Alternatives],
    weights: Sequence[float],
    vocabulary: Mapping[str, float],
) -> float:
    """How well the best phrase and the query cover each other, and all phrases the query."""
    asked = sum(weights) or 1.0
    everything = {word for phrase in phrases for word in phrase}
    overall = sum(
        weight * _sureness(alternatives, everything)
        for alternatives, weight in zip(meant, weights, strict=True)
    )
    text = " ".join(words)
    best = max(_fit(phrase, text, meant, weights, vocabulary) for phrase in phrases)
    return 0.72 * best + 0.28 * overall / asked + 0.025 * prior


def _fit(
    phrase: Sequence[str],
    text: str,
    meant: Sequence[Alternatives],
    weights: Sequence[float],
    vocabulary: Mapping[str, float],
) -> float:
    own = set(phrase)
    covered = sum(
        weight * _sureness(alternatives, own)
        for alternatives, weight in zip(meant, weights, strict=True)
    ) / (sum(weights) or 1.0)
    if not covered:
        return 0.0
    used = {word for alternatives in meant for word in alternatives} & own
    mass = {word: vocabulary.get(word, 1.0) * (0.35 if word in _EVERYDAY else 1.0) for word in own}
    back = sum(mass[word] for word in used) / (sum(mass.values()) or 1.0)
    said = " ".join(phrase)
    together = 0.15 if said == text else 0.06 if text in said or said in text else 0.0
    return covered * (0.62 + 0.38 * back) + together


def _sureness(alternatives: Alternatives, words: set[str]) -> float:
    return max((sure for word, sure in alternatives.items() if word in words), default=0.0)


# --- keeping the rows ---------------------------------------------------------------------------

_KEEP: Final = """
insert into catalogue_proceduresearch (procedure_id, text_fold, vector, weight)
select p, t, to_tsvector('simple', t), w
from unnest(%s::bigint[], %s::text[], %s::int[]) as row(p, t, w)
on conflict (procedure_id) do update
set text_fold = excluded.text_fold, vector = excluded.vector, weight = excluded.weight
"""


def refresh(versions: Iterable[ProcedureVersion]) -> None:
    """Make the procedures findable by these versions."""
    rows = list(versions)
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _KEEP,
            [
                [version.procedure_id for version in rows],
                ["\n".join(_phrases(version)) for version in rows],
                [_prior(version) for version in rows],
            ],
        )


def _phrases(version: ProcedureVersion) -> list[str]:
    """One line each: short name, everyday words, official name, English name, code."""
    code = re.sub(r"\D", "", version.procedure.code)
    said = [
        version.short_name,
        *version.search_words,
        version.name[:400],
        version.name_en,
        *([code] if len(code) == 7 else []),
    ]
    folded = (" ".join(words_of(phrase)) for phrase in said)
    return list(dict.fromkeys(phrase for phrase in folded if phrase))


def _prior(version: ProcedureVersion) -> int:
    """Complete procedures of the commune come before the others when equally fitting."""
    return (3 if version.is_complete else 0) + (1 if "Cấp xã" in version.levels else 0)
