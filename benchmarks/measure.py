"""Run a command and print what it cost as JSON: python -I -S benchmarks/measure.py PROGRAM [ARGUMENT...]

A process of its own, because a new program's peak of memory begins at that of the program which started it.
What the command says goes to standard error.
"""

import json
import os
import sys
import time

start = time.perf_counter()
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, 2, 1)])
_, status, usage = os.wait4(pid, 0)  # it holds what the processes took for which the command itself waited
wall = time.perf_counter() - start
unit = 2**20 if sys.platform == "darwin" else 2**10
print(json.dumps({"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "memory": usage.ru_maxrss / unit}))
sys.exit(os.waitstatus_to_exitcode(status) != 0)
