"""placeholder"""


def write(model, tokenizer, work, out): ...
