"""How well and how fast texts are understood: our pipeline against Rasa's own, on the same sets in one run.

    bot/.venv/bin/python -m bench.nlu                                   every set, ours and linear Rasa
    bot/.venv/bin/python -m bench.nlu --sets banking77-10 --pipelines ours,lr
    bot/.venv/bin/python -m bench.nlu --pipelines ours,lr,diet          and what `rasa init` writes: hours

Runs on the bot's Python, which has Rasa; every pipeline is trained and tried in processes of its own, so that
time and memory are its own.  Public sets come from KETING_BENCH_DATA, one folder a set (default
../shared/data); one that is not there is skipped.  KETING_BENCH_CACHE (default ~/.cache/keting-bench) keeps
sentence vectors and results: those of `diet` are shown again with their date as long as data and
configuration are the same, the others with --reuse.
"""
