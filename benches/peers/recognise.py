#!/usr/bin/env python3
"""Reads a dump and asks for every label in every language with lxml and XPath, as scripts do.

    cargo bench --bench recognise -- --write /tmp/page.xml
    pip install lxml
    python3 benches/peers/recognise.py /tmp/page.xml [device-profiles/labels.toml]

Ids and packages are not even asked for here. "xpath a label": each label costs one XPath expression, with all its texts in it. "one
xpath": all texts of the page are fetched with one expression and looked up in a dictionary, as fast as Python gets.
"""

import statistics
import sys
import time
import tomllib

from lxml import etree

# Each is repeated at least so often, and for so many seconds.
ROUNDS = 3
SECONDS = 1


def quoted(text):
    parts = text.split("'")
    return "'" + text + "'" if len(parts) == 1 else "concat(" + ", \"'\", ".join(f"'{p}'" for p in parts) + ")"


def a_query_a_label(labels):
    queries = []
    for texts in labels.values():
        tests = " or ".join(f"@text={quoted(t)} or @content-desc={quoted(t)}" for t in sorted(texts))
        queries.append(etree.XPath(f"boolean(//node[{tests}])"))
    return lambda tree: sum(query(tree) for query in queries)


def one_query(labels):
    query = etree.XPath("//node/@text | //node/@content-desc")
    names = {}
    for name, texts in labels.items():
        for text in texts:
            names.setdefault(text, set()).add(name)

    def look(tree):
        found = set()
        for text in query(tree):
            found |= names.get(text, set())
        return len(found)

    return look


def main():
    with open(sys.argv[1], "rb") as file:
        page = file.read()
    with open(sys.argv[2] if len(sys.argv) > 2 else "device-profiles/labels.toml", "rb") as file:
        raw = tomllib.load(file)["label"]
    labels = {
        name: {t for kind in ("text", "community") for ts in label.get(kind, {}).values() for t in ts}
        for name, label in raw.items()
    }
    ways = {"parse": lambda tree: None, "xpath a label": a_query_a_label(labels), "one xpath": one_query(labels)}
    print(f"{len(etree.fromstring(page).xpath('//node'))} nodes, {len(labels)} labels")
    print(f"{'ms':<16} {'shortest':>10} {'median':>10} {'found':>6}")
    for name, look in ways.items():
        times, began = [], time.perf_counter()
        while len(times) < ROUNDS or time.perf_counter() - began < SECONDS:
            start = time.perf_counter()
            found = look(etree.fromstring(page))
            times.append((time.perf_counter() - start) * 1e3)
        print(f"{name:<16} {min(times):>10.3f} {statistics.median(times):>10.3f} {found or 0:>6}", flush=True)


main()
