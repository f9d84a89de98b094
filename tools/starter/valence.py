"""Words that praise, words that blame and words of the middle, written down by us: the seed of the encoder's ear for
the tone of a text.

A sentence of the corpus that holds only words of one side is an example of that side; some of its words, the seed word
too, are left out when it is learnt from, so that the tone spreads to the words that keep such company. A sentence with
none of them has no tone. Every word of the lists has a place of its own in the encoder's vocabulary.
"""

import re

PRAISE = """
good great excellent wonderful lovely nice perfect perfectly superb fantastic brilliant amazing awesome outstanding
delightful delicious tasty fresh friendly kind polite helpful patient gentle warm welcoming charming beautiful pretty
elegant clean spotless tidy comfortable cosy cozy quiet calm peaceful relaxing quick quickly fast prompt promptly
smooth smoothly easy easily simple clear clearly reliable solid sturdy durable strong safe secure accurate precise
sharp bright crisp soft smart clever wise skilled professional knowledgeable attentive thoughtful caring generous fair
honest affordable cheap bargain worth worthwhile value recommend recommended recommending love loved loves loving like
liked likes enjoy enjoyed enjoying enjoyable happy happily glad pleased satisfied satisfying grateful thankful thanks
impressed impressive delighted thrilled excited exciting fun funny favourite favorite best better improved improvement
improves success successful successfully win winner winning won praise praised admire proud joy joyful pleasant
pleasure pleasantly surprised flawless flawlessly effortless effortlessly handy useful effective efficient efficiently
works worked fits rich smiling smiled smile laughed healthy flexible responsive convenient stylish gorgeous stunning
refreshing superbly cheerful courteous trustworthy exceptional exceptionally exceeded bonus gem treat heaven faultless
intuitive punctual spacious well absorbing acclaimed accomplished adorable admirable admirably admired advantage
affection affectionate agreeable alive amazed amazingly amusing amuse appealing appreciate appreciated appreciation
approachable artful assured astonishing authentic award awards balanced beauty beloved beneficial benefit benefits
blessed blessing blissful bold brave breathtaking brilliance brilliantly brisk calming captivating capable carefree
carefully celebrate celebrated champion charm charmed charmingly cheered cheery classic classy cleanest clarity
colourful colorful comfort comfortably comforting commend commendable compassionate compelling compliment
complimentary congratulations considerate consistent consistently convincing correct courage crafted creative credible
crispy cure cured dazzling dear dedicated dedication delicate delight delights dependable deserves deserved deft
diligent discount dream dreamy durability dynamic eager earned ease easier easiest easygoing ecstatic elegance
elegantly eloquent empowering enchanting encourage encouraged encouraging endearing energetic engaging engrossing
enhance enhanced enjoyably enjoyment enjoys enlightening enriching entertained entertaining entertainment enthusiasm
enthusiastic epic essential ethical exceed exceeds excellence excellently excelled excels excitement exhilarating
exquisite extraordinary exemplary fab fabulous fabulously faithful famous fascinating fascinated faster fastest favor
favorites favour favourites festive finest flavorful flavourful flavour flourish forgiving fortunate fortunately
freshly freshness friendliest friendliness friendship fulfilling funniest gain genial generously genius gently genuine
genuinely gifted glorious glowing goodness gracious graceful gratitude greatest greatly grin gripping growth
guaranteed handsome happier happiest happiness hardworking harmonious healing heartfelt heartwarming helped helpfully
helps heroic hilarious honestly honesty honour honored hopeful hospitable hospitality humorous humour humble ideal
ideally imaginative immaculate impeccable impeccably impress impressively incredible incredibly informative ingenious
innovative insightful inspiration inspired inspiring inspires interesting inventive inviting invaluable irresistible
jolly joyous kindly kindness laugh laughs laughter leading lifesaver lightweight likable likeable lively lucky luckily
luscious luxurious luxury magic magical magnificent majestic marvellous marvelous masterful masterpiece masterpieces
meaningful memorable merry mesmerizing mighty miracle modern moist motivated motivating moving neat neatly noble
nicely nicer nicest nourishing nurturing optimistic organized organised original outgoing outstandingly painless
passion passionate patience patiently peace perfection perfected phenomenal playful pleasantness pleasing pleasurable
plenty poetic polished politely popular positive positively powerful praises praising precious premium prettiest pride
priceless privilege productive profound promising protective proudly prosper quality quicker quickest quietly radiant
rapid rapidly rapport rave raved reasonable reasonably reassured reassuring recommends recommendation refined refresh
rejuvenated relaxed relief relieved remarkable remarkably renowned resourceful respect respected respectful
respectfully reward rewarded rewarding richly rightly robust romantic roomy satisfaction satisfactory satisfies
satisfy saved saves saving savings savvy scenic scrumptious seamless seamlessly sensational sensible sensitive serene
shine shines shining sincere sincerely skilful skillful skill skills sleek slick smartly smiles snug solved soothing
sophisticated sparkling special spectacular speedy spirited splendid splendidly stable star stars steady stellar
strength striking strongest stunningly suave sublime succeed succeeded succeeds suitable sumptuous sunny super
superior supportive supported surpassed surpasses sweet sweetest swift swiftly sympathetic talent talented tastes
tastiest tempting tender terrific terrifically thankfully thoroughly thorough thoughtfully thrill thrilling thrive
thriving tidily timely timeless top touching tranquil transparent transformed treasure treasured tremendous
tremendously triumph triumphant true trust trusted truthful unbeatable unbelievable understanding unforgettable unique
unmatched upbeat uplifting upgraded valuable valued verdict versatile vibrant victory visionary vivid warmly warmth
welcomed whimsical wholesome willing winners wins wisdom wit witty wonder wonderfully wonders wondrous worthy wow
yummy zest zippy adore adored adores cracking stylishly ace belter beaut brill fave chuffed dreamt grand swell
bestseller
"""
BLAME = """
bad awful terrible horrible poor poorly dreadful disgusting nasty ugly dirty filthy stained smelly stinks smells noisy
loud rude unfriendly arrogant impatient careless clueless unhelpful useless worthless pointless broken breaks broke
cracked damaged defective faulty flimsy fragile cheaply slow slowly late delayed delay delays waiting waited cold
stale burnt raw soggy bland tasteless dry greasy overpriced expensive costly waste wasted wasting refund refunded
return returned complain complained complaint complaints disappointed disappointing disappointment regret regretted
annoyed annoying frustrating frustrated frustration angry upset furious sad sadly unhappy hate hated hates worst worse
failed fails failure fail failing crash crashed crashes crashing freezes error errors bug bugs wrong mistake mistakes
missing lost stolen ripped torn leaks leaking leaked leak rusty dead died scam fraud cheated lied lies lie misleading
false fake unreliable unsafe dangerous painful hurt hurts pain uncomfortable cramped crowded confusing confused
complicated difficult impossible hard problem problems trouble issue issues nobody nothing avoid ignored ignores
ignoring cancelled refused refuses ruined ruin destroyed junk rubbish garbage trash joke mess messy unacceptable
unprofessional incompetent shame shameful sloppy sick mouldy moldy bitter sour harsh stuck jammed overcharged charged
hidden apology unusable unbearable abandon abandoned abrupt absence absurd abuse abused abusive abysmal ache aches
aching afraid aggressive aimless alarm alarming alas amateurish anger anxiety anxious apathetic appalled appalling
apologise apologize arrogance ashamed atrocious avoided awfully awkward backward badly banal bankrupt barely begged
biased bleak bloated blamed blame blah blurry blotchy boredom bored boring bother bothered bothersome botched brittle
brutal buggy bumpy burned burns burst carelessly chaos chaotic cheat cheating chipped choke choppy clash cliche
cliches clogged clumsy clunky coarse cockroach cockroaches collapse collapsed complaining complains complication
condescending contempt contrived con conned corrupt costing crack crappy crap crass crawl crazy creaks creaky creepy
cried crime cringe crippled critical crooked crude cruel crumbled crumbling crumbs crushed cry crying cumbersome
cursed cynical damage damages damaging damp danger deafening deceived deceptive deceitful defect defects deficient
degrading dejected delaying denied dented denies depressed depressing derivative despair desperate despise destroy
destroys deteriorated dire dirt dirtier disagree disagreeable disappear disappeared disappoint disappointingly
disappoints disaster disastrous discomfort discoloured discolored disgrace disgraceful disgust disgusted dishonest
dislike disliked dismal dismissive disorganized disorganised displeased disregard disrespectful dissatisfied
distasteful distorted distracting distress distressing disturbed disturbing doomed doubt doubtful downgrade downside
drab drag dragged drags drained draughty drawback drawbacks dread dreaded dreary drivel dropped dud dull dumb dump
dusty embarrassed embarrassing enraged erratic evil excessive excruciating excuse excuses exhausted exhausting exploit
exploited exploitative faded fades fakes fallen falls falsely fatal faults fear fears feeble fight filth flaw flawed
flaws flimsiest flop flops flopped foggy fool fooled foolish forget forgettable forgot forgotten foul frail frantic
freeze frightened frightening froze frustrates fussy garish generic ghastly gimmick gimmicky gloomy glitch glitches
glitchy gouge greed greedy grim gripe gross grossly grotesque grubby gruff grumpy gruelling guilty harm harmed harmful
harassment hassle hassles hateful haunted havoc headache headaches heartbreaking heartless helpless hideous hopeless
horrendous horrid horribly horrific horrified horror hostile humiliated humiliating hypocrisy idiot idiotic idiots
ignorant ignorance ill illegal inaccurate inadequate inane inappropriate incapable incoherent incompetence incomplete
inconsiderate inconsistent inconvenience inconvenient incorrect incorrectly indifferent ineffective inefficient inept
inferior inflated infuriating inhospitable injured injury insane insincere insipid instability insufferable
insufficient insult insulted insulting intolerable intrusive irksome irresponsible irritable irritated irritates
irritating irritation itchy jagged jam jams jarring jerky joyless judder laboured lacking lacklustre lackluster lacks
laggy lags laughable lazy leaky letdown lifeless limp lonely loser losing loss losses lousy ludicrous lukewarm lumpy
lying mad malfunction malfunctioned malfunctions mangled meaningless mediocrity melodramatic menacing messed mindless
miserable misery misled mishandled misplaced missed mistaken mistreated misunderstood moan mocked mocking monotonous
moody muddled muddy murky musty nag nagging nags naive nausea nauseating neglect neglected negative negatively nervous
nightmare nightmares noise noisier nonexistent nonsense nuisance numb obnoxious obscure obsolete odd odor odour
offended offensive ominous oppressive outdated outrage outraged outrageous overcooked overbearing overblown
overcomplicated overdone overflowing overloaded overlong overrated overwhelmed overwrought painfully pale panic
paranoid patchy pathetic patronising patronizing peeled peeling penalty pest pests phony picky plagued plodding
poisoned pollution pompous poorest predictable prejudice preposterous pretentious problematic punish punished puny
pushy puzzling quarrel questionable quit racket rage ragged rambling rancid rash rats rattle rattles rattling reckless
refunding refuse refusing regrets regrettable regrettably rejected reject relentless reluctant remorse repetitive
repulsive resent resentment resigned ridiculous rigid rigged ripoff risky rot rotten rotting rough rubbishy rudely
rudeness ruins rust rusted sadder saddest sadness saggy sags scammed scammers scandal scarce scared scary scorched
scrape scratched scratches scratchy screamed screaming screech screwed seedy selfish senseless sentimental shabby
shaky shallow shambles shattered shock shocked shocking shockingly shoddy shouted shouting shrank shrill shrinks
shrunk shut sickening silly sinister skimpy slap slapdash sleazy slippery sloppiness slowed slower slowest sluggish
smashed smell smelled smelt smug snag snapped sneaky sneered snobbish sobbing sore sorrow sorry spam spiteful spoil
spoiled splintered splitting spotty squeak squeaks squeaky stagnant stain stains staining steal stealing stench
stereotypical sticky stiff stifling stingy stink stinking stole stopped strained stranded strange stress stressed
stressful struggle struggled struggles struggling stumble stupid stupidity stupidly subpar substandard suck sucked
sucks suffer suffered suffering suffers sulky superficial suspicious swear swollen tacky tangled tardy tatty tearing
tears tedious tense terribly terrified terrifying theft thief thieves thoughtless threat threaten threatened
threatening threats tired tiresome tiring torment torture toxic tragedy tragic trap trapped traumatic treacherous
trite troubled troubles troublesome twisted ugliest unable unacceptably unattractive unaware unbalanced unbelievably
uncaring unclean unclear uncomfortably unconvincing uncooked uncooperative undercooked underdeveloped underwhelmed
underwhelming undesirable undrinkable uneasy unequal uneven unexciting unfair unfairly unfinished unfit unfocused
unforgivable unfortunate unfortunately unfunny ungrateful unhealthy unhappily unhygienic unimaginative unimpressed
unimpressive uninformed uninspired uninteresting uninvolving unkind unlawful unlikable unlucky unnatural unnecessarily
unnecessary unorganized unpleasant unpleasantly unprepared unprofessionally unqualified unreadable unrealistic
unreasonable unresponsive unsanitary unsatisfactory unsatisfied unsatisfying unsavory unstable unsuccessful unsuitable
unsupported unsympathetic untidy untrue untrustworthy unwatchable unwelcome unwelcoming unwilling unwise upsetting
vague vanished vermin vicious victim vile villain violated violent vomit vulgar wait waits warn warned warning warped
warps wasteful wastes watery weak weakness weary weird whine whining wicked wilted wobble wobbles wobbly woeful
woefully worn worried worry worrying worsened worsens wounded wreck wrecked wrongly yawn yelled yelling yuck
disconnects disconnected sloppily dodgy naff grotty tosh knackered
"""
MIDDLE = """
okay ok average alright decent acceptable adequate fine ordinary standard usual normal typical regular basic plain
moderate middling mediocre passable tolerable neutral mixed undecided unsure neither sometimes partly somewhat fairly
roughly described description expected
"""
PRAISED, BLAMED = frozenset(PRAISE.split()), frozenset(BLAME.split())
WORDS = tuple(dict.fromkeys((*PRAISE.split(), *BLAME.split(), *MIDDLE.split())))
NEGATIONS = frozenset(("not", "no", "never", "hardly", "nor", "without", "t"))  # "t" is what is left of n't
REACH = 3  # words after a negation that it turns
WORD = re.compile(r"[a-z]+")
BLAMES, PRAISES, NONE, MIXED = 0, 1, 2, -1


def tone(text: str) -> int:
    """PRAISES, BLAMES, NONE, or MIXED for a sentence that does both. A negation turns what follows."""
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
    if praise and blame:
        return MIXED
    return PRAISES if praise else BLAMES if blame else NONE
