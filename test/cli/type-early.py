"""Runs a command in a terminal of its own, types at once when it says that typing is hidden, and prints all that showed.

Arguments: what is typed, then the command. The last line printed is its exit code.
"""

import os
import pty
import sys

typed, command = sys.argv[1].encode().decode("unicode_escape").encode(), sys.argv[2:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(command[0], command)
shown = b""
while True:
    try:
        part = os.read(terminal, 4096)
    except OSError:  # the command has ended
        break
    if not part:
        break
    if b"not shown from here on" in shown + part and typed:
        os.write(terminal, typed)
        typed = b""
    shown += part
_, status = os.waitpid(child, 0)
sys.stdout.write(shown.decode("utf-8", "replace"))
print(f"\ncode {os.waitstatus_to_exitcode(status)}")
