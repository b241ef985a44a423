#!/usr/bin/env python3
"""Records what full-screen programs write to a terminal of 80x24, for the comparison with xterm.

Usage: record.py [NAME ...]

Each program runs in a home of its own and on a host called `demo` (needs root for `unshare`), its keys are typed from
the list below, and a real xterm under Xvfb shows its output and replies to its queries. Needs Debian's xterm, xvfb, vim,
htop, mc, tmux, less, dialog, whiptail, fzf, nano, git, emacs-nox and vttest.
"""
import fcntl
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

COLUMNS, ROWS = 80, 24
HOME = "/tmp/demo"
HERE = os.path.dirname(os.path.abspath(__file__))
MAX_BYTES = 60_000

ESC, UP, DOWN, RIGHT, LEFT = "\x1b", "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
ENTER, TAB, PAGE_DOWN, PAGE_UP, END = "\r", "\t", "\x1b[6~", "\x1b[5~", "\x1b[F"
APP_DOWN, APP_RIGHT = "\x1bOB", "\x1bOC"
F5, F6 = "\x1b[15~", "\x1b[17~"

VIM = ["vim", "-u", "NONE", "-i", "NONE", "-N", "-c", "set nu ruler hlsearch laststatus=2 wildmenu", "-c", "syntax on"]
VIM_KEYS = [
    "\x04", "\x04", "\x06", "\x02", "jjj", "10\x05", "5\x19", "gg", "/int\r", "n", "N", "ihello \x1b", "oworld\x1b",
    "yyp", "dd", "u", "Vjjd", "zz", "zt", ":sp\r", "\x17j", "\x06", ":vs\r", "\x06", "\x17l", "G", "gg", ":only\r",
    ":set wrap! list\r", "G", "\x15", ":e notes.txt\r", "15\x05", "A some more words\x1b", "0i\t\x1b", ">>", "x", ":q!\r",
]


def vim(scheme):
    return VIM + ["-c", f"colorscheme {scheme}", "code.c"], VIM_KEYS


MENU = ["--menu", "Choose one of the colours", "15", "50", "6", "1", "red", "2", "green", "3", "blue", "4", "black"]
CHECKLIST = ["--checklist", "Some of them", "15", "50", "5"] + [
    word for number in "12345" for word in (number, f"thing {number}", "off")
]


def dialogs(program):
    gauge = f"for n in 10 30 50 70 90 100; do echo $n; sleep 0.1; done | {program} --gauge 'Working' 8 50 0"
    script = (
        f"{program} --title Menu {' '.join(repr(w) for w in MENU)}; "
        f"{program} --title List {' '.join(repr(w) for w in CHECKLIST)}; "
        f"{program} --yesno 'Go on with this?' 8 40; {program} --inputbox 'A name' 9 40; {gauge}; "
        f"{program} --textbox notes.txt 20 70; {program} --msgbox 'That was all.' 8 40"
    )
    keys = [DOWN, DOWN, UP, ENTER, " ", DOWN, " ", DOWN, ENTER, TAB, TAB, ENTER, "word", "\x7f", ENTER, "", ""]
    return ["sh", "-c", script], keys + [DOWN, PAGE_DOWN, PAGE_DOWN, UP, TAB, ENTER, ENTER]


PROGRESS = r"""
printf 'Reading package lists... Done\n\0337\033[0;23r\0338\033[1A\n'
n=0; while [ $n -le 20 ]; do
  printf 'Unpacking package-%d (1.%d-1) over (1.%d-0) ...\nSetting up package-%d ...\n' $n $n $n $n
  printf '\0337\033[24;0f\033[42m\033[30mProgress: [%3d%%]\033[49m\033[39m [%s] \0338' $((n * 5)) "$(printf '%040d' $n | tr 0 '#')"
  n=$((n + 1)); sleep 0.02
done
printf '\0337\033[0;24r\0338\033[1A\033[J\nDone.\n'
"""

SLEEPS = "for n in 1 2 3 4 5 6 7 8; do sleep 100$n & pids=$pids,$!; done; "

LOG = ["git", "-c", "core.pager=less -RS -+X -+F", "log", "--graph", "--all", "--color=always", "--stat"]


def vttest(menu, pages):
    return ["vttest", "24x80.80"], [f"{menu}\r"] + [ENTER] * pages + ["0\r", "0\r"]


def vttest_character_sets():
    # The sets of a VT100, SI and SO, single shifts; each ends with Return. Locking shifts (10) are of eight-bit text.
    keys = ["3\r", "8\r", ENTER, "9\r", ENTER, "11\r", ENTER, "0\r", "0\r"]
    return ["vttest", "24x80.80"], keys


PROGRAMS = {
    "vim-blue": vim("blue"),
    "vim-morning": vim("morning"),
    "vim-habamax": vim("habamax"),
    "htop": (["sh", "-c", SLEEPS + "exec htop -d 5 -p ${pids#,}"], ["", DOWN, DOWN, F5, F6, DOWN, ENTER, "/sl", ESC, " ", "u", ESC, "t", "H", "I", "q"]),
    "mc": (
        ["mc", "-u"],
        [APP_DOWN, APP_DOWN, APP_DOWN, APP_DOWN, APP_DOWN, "\x1b3", PAGE_DOWN, PAGE_DOWN, "\x1b3", TAB, APP_DOWN, "\x1b9",
         APP_RIGHT, APP_DOWN, APP_RIGHT, APP_DOWN, ESC + ESC, "\x1b5", ESC + ESC, APP_DOWN, "\x14", APP_DOWN, "\x14", "\x1b4",
         APP_DOWN, "typed", "\x1b0", TAB, ENTER, "\x1b0", ENTER],
    ),
    "tmux": (
        ["tmux", "-L", "demo", "-f", "tmux.conf", "new", "-s", "demo", "sh"],
        ["ls\r", "\x02%", "seq 60\r", '\x02"', "cat notes.txt\r", "\x02\x1b[A", "\x02[", UP, PAGE_UP, PAGE_UP, "q", "\x02z",
         "cat code.c\r", "\x02z", "\x02c", "less code.c\r", PAGE_DOWN, "q", "\x02p", "\x02 ", "\x02 ", "\x02w", DOWN, "q",
         "\x02:kill-server\r"],
    ),
    "less": (["less", "-R", "coloured.txt"], [" ", " ", "b", "j", "j", "k", "/line 7\r", "n", "N", "G", "g", "-S\r", RIGHT, LEFT, "\x04", "q"]),
    "dialog": dialogs("dialog"),
    "whiptail": dialogs("whiptail"),
    "fzf": (["sh", "-c", "fzf --multi --border --preview 'head -20 code.c' < words.txt"], ["1", "2", "\x7f", "\x7f", DOWN, UP, UP, UP, TAB, TAB, "th", "\x15", PAGE_UP, ENTER]),
    "nano": (["nano", "-l", "notes.txt"], [DOWN, DOWN, "typed ", ENTER, "\x0b", "\x0b", "\x15", "\x16", "\x16", "\x19", "\x17", "line\r", "\x1b\x1b", "\x07", "\x16", "\x18", "\x18", "n"]),
    "git-log": (["sh", "-c", "cd repo && exec " + " ".join(repr(w) for w in LOG)], [" ", " ", "j", "k", "b", "/Merge\r", "n", "G", "q"]),
    "apt-progress": (["sh", "-c", PROGRESS], []),
    "emacs": (
        ["emacs", "-nw", "-Q", "code.c"],
        ["\x16", "\x16", "\x1bv", "\x182", "\x16", "\x18o", "\x1b>", "typed words", ENTER, "\x01", "\x0b", "\x19", "\x13int",
         "\x13", ENTER, "\x183", "\x181", "\x1bxdired\r\r", DOWN, DOWN, ENTER, "\x1b<", "\x18\x03", "n", "yes\r"],
    ),
    "vttest-1": vttest(1, 8),
    "vttest-2": vttest(2, 18),
    "vttest-3": vttest_character_sets(),
    "vttest-8": vttest(8, 16),
}


def write(name, text):
    with open(os.path.join(HOME, name), "w") as file:
        file.write(text)


def make_home():
    shutil.rmtree(HOME, ignore_errors=True)
    os.makedirs(HOME)
    write("notes.txt", "".join(f"line {n} of the notes, with some words to fill it{'.' * (n % 17)}\n" for n in range(80)))
    write("words.txt", "".join(f"{word} {n}\n" for n in range(40) for word in ("one", "two", "three", "漢字")))
    write("coloured.txt", "".join(f"\x1b[{31 + n % 7}mline {n}\x1b[0m \x1b[1;4mbold\x1b[0m \x1b[7;3{n % 8}m{'reverse ' * (n % 14)}\x1b[0m\n" for n in range(90)))
    lines = ["#include <stdio.h>", "", "/* Adds numbers. TODO: more of them. */"]
    for n in range(40):
        lines += [f"static int add_{n}(int a, int b)", "{", f'\tprintf("%d + %d\\n", a, b); // {n}', f"\treturn a + b + {n};", "}", ""]
    write("code.c", "\n".join(lines) + "\n")
    write("tmux.conf", 'set -g status-right "demo"\nset -g default-terminal "screen-256color"\nset -g escape-time 10\n')
    os.mkdir(os.path.join(HOME, "repo"))
    subprocess.run(["sh", "-ec", r"""
        cd repo; git init -q -b main; date=1700000000
        commit() { date=$((date + 3600)); echo "$1" >> "$2"; git add .; GIT_AUTHOR_DATE="@$date +0000" GIT_COMMITTER_DATE="@$date +0000" git -c user.name=Demo -c user.email=demo@example.com commit -q -m "$1"; }
        for n in 1 2 3 4 5 6 7 8; do
            commit "Change number $n" file; git checkout -q -b "topic-$n"; commit "Work on topic $n" "topic-$n"; git checkout -q main
            commit "Change it again, $n" file
            date=$((date + 60)); GIT_AUTHOR_DATE="@$date +0000" GIT_COMMITTER_DATE="@$date +0000" git -c user.name=Demo -c user.email=demo@example.com merge -q --no-ff -m "Merge topic $n" "topic-$n"
        done
    """], cwd=HOME, check=True, env=environment("C.UTF-8"))


def environment(locale):
    return {"HOME": HOME, "PATH": "/usr/local/bin:/usr/bin:/bin", "TERM": "xterm-256color", "LC_ALL": locale, "PS1": "demo$ ",
            "SHELL": "/bin/sh", "USER": "demo", "LOGNAME": "demo", "TZ": "UTC", "ENV": "", "GIT_CONFIG_NOSYSTEM": "1"}


class Xterm:
    """A real xterm; `input` and `output` are what it is fed and what it replies."""

    def __init__(self):
        self.pipes = tempfile.mkdtemp()
        paths = [os.path.join(self.pipes, name) for name in ("input", "output")]
        for path in paths:
            os.mkfifo(path)
        reader, writer = os.pipe()
        self.server = subprocess.Popen(["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x1024x24", "-nolisten", "tcp"],
                                       pass_fds=[writer], stderr=subprocess.DEVNULL)
        display = os.read(reader, 16).decode().strip()
        relay = 'stty raw -echo; cat "$0/input" & exec cat >"$0/output"'
        self.terminal = subprocess.Popen(
            ["xterm", "-u8", "-geometry", f"{COLUMNS}x{ROWS}", "-e", "sh", "-c", relay, self.pipes],
            env={**os.environ, "DISPLAY": f":{display}", "LC_ALL": "C.UTF-8"}, stderr=subprocess.DEVNULL)
        self.input, self.output = (os.open(path, os.O_RDWR) for path in paths)

    def close(self):
        for process in (self.terminal, self.server):
            process.kill()
            process.wait()
        shutil.rmtree(self.pipes)


def record(command, keys, locale):
    xterm = Xterm()
    pid, master = pty.fork()
    if pid == 0:
        os.chdir(HOME)
        os.execvpe(command[0], command, environment(locale))
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    os.kill(pid, signal.SIGWINCH)
    recorded, typed, quiet_since, started = b"", list(keys), time.monotonic(), time.monotonic()
    while time.monotonic() - started < 120:
        ready, _, _ = select.select([master, xterm.output], [], [], 0.05)
        now = time.monotonic()
        if master in ready:
            try:
                read = os.read(master, 4096)
            except OSError:
                break
            if not read:
                break
            recorded += read
            os.write(xterm.input, read)
            quiet_since = now
        if xterm.output in ready:
            os.write(master, os.read(xterm.output, 4096))
            quiet_since = now
        if now - quiet_since > 0.4 and now - started > 1.5:
            if typed:
                os.write(master, typed.pop(0).encode())
                quiet_since = now
            elif now - quiet_since > 3:
                break
    os.close(master)
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    os.waitpid(pid, 0)
    xterm.close()
    return recorded[:MAX_BYTES]


def main():
    if os.environ.get("RECORD_HOST") != "demo":
        os.environ["RECORD_HOST"] = "demo"
        os.execvp("unshare", ["unshare", "-u", "-p", "-f", "--mount-proc", "sh", "-c", 'hostname demo; exec "$@"', "sh",
                              sys.executable, os.path.abspath(__file__), *sys.argv[1:]])
    make_home()
    for name in sys.argv[1:] or PROGRAMS:
        command, keys = PROGRAMS[name]
        locale = "C" if name in ("dialog", "whiptail") else "C.UTF-8"
        data = record(command, keys, locale)
        with open(os.path.join(HERE, f"{name}.bin"), "wb") as file:
            file.write(data)
        print(f"{name}: {len(data)} bytes")


main()
