"""Words that praise and words that blame, written down by us: the seed of the encoder's ear for the tone of a text.

A sentence of the corpus that holds only words of one side is an example of that side; some of its words, the seed word
too, are left out when it is learnt from, so that the tone spreads to the words that keep such company.
"""

import re

PRAISE = """
good great excellent wonderful lovely nice perfect perfectly superb fantastic brilliant amazing awesome outstanding
delightful delicious tasty fresh friendly kind polite helpful patient gentle warm welcoming charming beautiful pretty
elegant clean spotless tidy comfortable cosy cozy quiet calm peaceful relaxing quick quickly fast prompt promptly smooth
smoothly easy easily simple clear clearly reliable solid sturdy durable strong safe secure accurate precise sharp bright
crisp soft smart clever wise skilled professional knowledgeable attentive thoughtful caring generous fair honest
affordable cheap bargain worth worthwhile value recommend recommended recommending love loved loves loving like liked
likes enjoy enjoyed enjoying enjoyable happy happily glad pleased satisfied satisfying grateful thankful thanks
impressed impressive delighted thrilled excited exciting fun funny favourite favorite best better improved improvement
improves success successful successfully win winner winning won praise praised admire proud joy joyful pleasant
pleasure pleasantly surprised flawless flawlessly effortless effortlessly handy useful effective efficient efficiently
works worked fits rich smiling smiled smile laughed healthy flexible responsive convenient stylish gorgeous stunning
refreshing superbly cheerful courteous trustworthy exceptional exceptionally exceeded bonus gem treat heaven faultless
intuitive punctual spacious well
"""
BLAME = """
bad awful terrible horrible poor poorly dreadful disgusting nasty ugly dirty filthy stained smelly stinks smells noisy
loud rude unfriendly arrogant impatient careless clueless unhelpful useless worthless pointless broken breaks broke
cracked damaged defective faulty flimsy fragile cheaply slow slowly late delayed delay delays waiting waited cold stale
burnt raw soggy bland tasteless dry greasy overpriced expensive costly waste wasted wasting refund refunded return
returned complain complained complaint complaints disappointed disappointing disappointment regret regretted annoyed
annoying frustrating frustrated frustration angry upset furious sad sadly unhappy hate hated hates worst worse failed
fails failure fail failing crash crashed crashes crashing freezes error errors bug bugs wrong mistake mistakes missing
lost stolen ripped torn leaks leaking leaked leak rusty dead died useless scam fraud cheated lied lies lie misleading
false fake unreliable unsafe dangerous painful hurt hurts pain uncomfortable cramped crowded confusing confused
complicated difficult impossible hard problem problems trouble issue issues nobody nothing avoid ignored ignores
ignoring cancelled refused refuses ruined ruin destroyed junk rubbish garbage trash joke mess messy unacceptable
unprofessional incompetent shame shameful sloppy sick mouldy moldy bitter sour harsh stuck jammed overcharged charged
hidden apology unusable unbearable
"""
PRAISED, BLAMED = frozenset(PRAISE.split()), frozenset(BLAME.split())
NEGATIONS = frozenset(("not", "no", "never", "hardly", "nor", "without", "t"))  # "t" is what is left of n't
REACH = 3  # words after a negation that it turns
WORD = re.compile(r"[a-z]+")


def tone(text: str) -> int:
    """1 for a sentence that praises, 0 for one that blames, -1 for neither or both. A negation turns what follows."""
    praise = blame = 0
    turned = 0
    for word in WORD.findall(text.lower()):
        if word in NEGATIONS:
            turned = REACH
            continue
        if word in PRAISED or word in BLAMED:
            praises = (word in PRAISED) != (turned > 0)
            praise, blame = praise + praises, blame + (not praises)
        turned -= turned > 0
    if bool(praise) == bool(blame):
        return -1
    return int(praise > 0)
