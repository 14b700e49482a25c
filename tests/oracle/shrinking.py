"""Makes a sequence on which the model and the kernel differ as short and plain as it gets."""

import re


def shrink(player, name, lines, admitted=False):
    """The Played that is left. All candidates of a round are played in one trace. `admitted`: also where the model says that
    it may be wrong."""
    def first_failing(candidates):
        return first_that_differs(player, name, candidates, admitted)

    best = first_failing([lines])
    if best is None:
        return None
    size = max(1, len(lines) // 2)
    while True:
        lines = best.lines()
        shorter = first_failing([lines[:i] + lines[i + size:] for i in range(0, len(lines), size)])
        if shorter:
            best = shorter
        elif size > 1:
            size = min(size, len(lines)) // 2 or 1
        else:
            break
    while plainer := first_failing(list(plainer_forms(best.lines()))):
        best = plainer
    best.name = name
    return best


def first_that_differs(player, name, candidates, admitted):
    candidates = [lines for lines in candidates if lines]
    if not candidates:
        return None
    played, _ = player.play([(f"{name}.{i}", lines) for i, lines in enumerate(candidates)])
    return next((each for each in played if each.differences and (admitted or not each.admitted)), None)


def plainer_forms(lines):
    """The sequence with one word simpler, in every way."""
    for i, line in enumerate(lines):
        words = line.split(" ")
        for j, word in enumerate(words[2:], 2):
            for plainer in plainer_words(word):
                yield lines[:i] + [" ".join(words[:j] + [plainer] + words[j + 1:])] + lines[i + 1:]


def plainer_words(word):
    if "|" in word:
        names = word.split("|")
        yield from ("|".join(names[:i] + names[i + 1:]) for i in range(len(names)))
    place = re.fullmatch(r"\{(?:proc:)?(/[^}]*)\}(.*)", word)
    if place:
        yield place[1].rstrip("/") + ("/" + place[2] if place[2] else "")
    if re.fullmatch(r"(MS_(?!BIND|MOVE|REMOUNT|SHARED|SLAVE|PRIVATE|UNBINDABLE)|MOUNT_ATTR_)\w+", word):
        yield "0"
