"""In which language a text is written, by its script and by the short words that every sentence of a language has.

Rough on purpose: no model, no download. It answers None rather than guess, so short texts, code and languages that are
not listed have none.
"""

import re
import unicodedata
from collections import Counter

LEAST_WORDS = 6
_LEAST_SHARE = 0.12
_LEAST_HITS = 3
_LEAD = 1.5
_LOOKED_AT = 600

_WORDS = {
    "English": "the of and to is that it you was for are with his they this have from not but what when your can "
    "there which their will would been has were how my who more do does did",
    "German": "der die das und ist nicht ein eine zu mit den von sie auf für dem wird auch als sich wie des einen "
    "oder aus bei einer wir ihr ich nur noch nach durch kann sind haben ihre bitte",
    "French": "le la les et est des une du que qui dans pour pas sur avec ce sont vous nous il elle au aux plus "
    "par mais ou votre cette être ne se ont fait",
    "Spanish": "el la los las y es de que en un una para con no por su se del al lo como más pero sus está este "
    "esta son fue ha muy también hay cuando",
    "Italian": "il lo gli e è di che la per un una non con si del della sono da nel alla come più ma anche le "
    "questo questa dei delle ho hai",
    "Portuguese": "o os e é de que do da em um uma para com não por se na no as dos das como mais mas ao foi seu sua "
    "ele são está você também",
    "Dutch": "de het een en van is dat niet op te zijn met voor die er aan om ook als maar bij naar uit door "
    "heeft wordt deze dit kan nog u uw wij",
    "Swedish": "och att det är en som på för av med inte den till har jag om ett han men var sig från vi så kan "
    "när hur eller du",
    "Danish": "og at det er en som på for af med ikke den til har jeg om et han men var sig fra vi så kan når "
    "hvordan eller du blev nogle",
    "Polish": "i w nie na się z do to jest że jak o za po ale są od przez czy dla tak co być może jego który która tym",
    "Turkish": "ve bir bu da de için ile çok ne var gibi daha olarak olan ama en kadar sonra değil mi mı ben sen",
    "Czech": "a se na je to že v s z do o jsem pro ale jako by jak co tak za jeho po který jsou bude není",
}
# English is so frequent in data that what is an English word too tells nothing of another language. Single letters
# stand in formulas and lists.
_ENGLISH_TOO_WORDS = "a an as at be by do for has he i in is me men no of on or over so to was we when"
_ENGLISH_TOO = frozenset(_ENGLISH_TOO_WORDS.split())
_HAS = {
    language: frozenset(
        word for word in words.split() if language == "English" or (word not in _ENGLISH_TOO and len(word) > 1)
    )
    for language, words in _WORDS.items()
}
_SCRIPTS = {
    "CJK": "Chinese",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "HANGUL": "Korean",
    "ARABIC": "Arabic or Persian",
    "HEBREW": "Hebrew",
    "DEVANAGARI": "Hindi",
    "BENGALI": "Bengali",
    "TAMIL": "Tamil",
    "THAI": "Thai",
    "GREEK": "Greek",
    "CYRILLIC": "Russian",
}
_WORD = re.compile(r"[^\W\d_]+")
_UKRAINIAN = frozenset("іїєґ")


def language_of(text: str) -> str | None:
    """The English name of the language of a text, by its first 600 characters; None where that is not clear."""
    words = _WORD.findall(text[:_LOOKED_AT].lower())
    letters = sum(map(len, words))
    if not letters:
        return None
    other = Counter(_script(c) for word in words for c in word if c > "\u024f")
    if other.total() * 2 > letters:
        return _by_script(other, words)
    return _by_words(words) if len(words) >= LEAST_WORDS else None


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").split(" ", 1)[0]


def _by_script(scripts: Counter[str], words: list[str]) -> str | None:
    if scripts["HIRAGANA"] + scripts["KATAKANA"]:
        return "Japanese"
    if scripts["CYRILLIC"] and any(not _UKRAINIAN.isdisjoint(word) for word in words):
        return "Ukrainian"
    return _SCRIPTS.get(scripts.most_common(1)[0][0])


def _by_words(words: list[str]) -> str | None:
    hits = sorted(((sum(word in known for word in words), language) for language, known in _HAS.items()), reverse=True)
    (best, language), (second, _) = hits[0], hits[1]
    clear = best >= max(_LEAST_HITS, _LEAST_SHARE * len(words)) and best >= _LEAD * second
    return language if clear else None
