#!/usr/bin/env python3
"""Reads a dump and asks for every label in every language with lxml and XPath, as scripts do.

    cargo bench --bench recognise -- --write /tmp/page.xml
    python3 benches/peers/recognise.py /tmp/page.xml [device-profiles/labels.toml]

Ids and packages are not even asked for here: each label costs one XPath expression, with all its texts in it.
"""

import sys
import time
import tomllib

from lxml import etree

ROUNDS = 20


def quoted(text):
    parts = text.split("'")
    return "'" + text + "'" if len(parts) == 1 else "concat(" + ", \"'\", ".join(f"'{p}'" for p in parts) + ")"


def main():
    with open(sys.argv[1], "rb") as file:
        page = file.read()
    with open(sys.argv[2] if len(sys.argv) > 2 else "device-profiles/labels.toml", "rb") as file:
        labels = tomllib.load(file)["label"]
    queries = []
    for label in labels.values():
        texts = {t for kind in ("text", "community") for ts in label.get(kind, {}).values() for t in ts}
        tests = " or ".join(f"@text={quoted(t)} or @content-desc={quoted(t)}" for t in sorted(texts))
        queries.append(etree.XPath(f"boolean(//node[{tests}])"))
    best = {}
    for _ in range(ROUNDS):
        began = time.perf_counter()
        tree = etree.fromstring(page)
        parsed = time.perf_counter()
        found = sum(query(tree) for query in queries)
        ended = time.perf_counter()
        for name, took in (("parse", parsed - began), ("parse and look for labels", ended - began)):
            best[name] = min(best.get(name, took), took)
    print(f"{len(tree.xpath('//node'))} nodes, {len(queries)} labels, {found} found")
    for name, took in best.items():
        print(f"{name:<26} {took * 1e3:>10.3f} ms")


main()
