"""The process that runs dbt."""

import os
import subprocess
import sys

from scripts.build_folder import PROJECT

# Four threads read literals, while a count says how many do so at once.
COUNTED = """
import ast, threading, time
import jinja2.nativetypes

inside, most, parse = [], [], ast.parse

def counted(*arguments, **options):
    inside.append(1)
    most.append(len(inside))
    time.sleep(0.002)
    inside.pop()
    return parse(*arguments, **options)

ast.parse = jinja2.nativetypes.parse = counted
from scripts.build.dbt_process import read_literals_one_at_a_time
read_literals_one_at_a_time()
environment = jinja2.nativetypes.NativeEnvironment()
template = environment.from_string("{{ text }}")

def read():
    for _ in range(5):
        assert ast.literal_eval("[1, 2]") == template.render(text="[1, 2]") == [1, 2]

threads = [threading.Thread(target=read) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(max(most))
"""


def test_one_thread_at_a_time_reads_a_literal() -> None:
    outcome = subprocess.run(
        [sys.executable, "-c", COUNTED],
        cwd=PROJECT,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert outcome.stdout == "1\n"
