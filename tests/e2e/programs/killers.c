// Processes that signals end, and who sent those. Of each: "WAY PID KIND KILLER"; the killer is 0 where it is none.
// usage: killers | killers oom FOLDER
//   oom: FOLDER is a memory cgroup with a limit; its own count of what the OOM killer did there is told as well
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>

#include "program.h"

static void end_as(int number) {
  signal(number, SIG_DFL);
  raise(number);
}

static void waits(void) {
  for (;;) pause();
}

static void raises_kill(void) { raise(SIGKILL); }

static void breaks_pipe(void) {
  int ends[2];
  must(pipe(ends) == 0, "pipe");
  close(ends[0]);
  if (write(ends[1], "", 1) == 1) _exit(1);
}

static void faults(void) { *(volatile int*)8 = 0; }

// Only to itself may a process say that the kernel sent it.
static void forges(void) {
  siginfo_t info = {.si_signo = SIGKILL, .si_code = SI_KERNEL};
  syscall(SYS_rt_sigqueueinfo, getpid(), SIGKILL, &info);
}

static void uses_up_cpu(void) {
  struct rlimit second = {1, 1};
  must(setrlimit(RLIMIT_CPU, &second) == 0, "setrlimit");
  for (;;) {
  }
}

static void has_alarm(void) {
  struct itimerval soon = {.it_value = {.tv_usec = 1}};
  must(setitimer(ITIMER_REAL, &soon, NULL) == 0, "setitimer");
  waits();
}

static void exits(void) { _exit(7); }

static pid_t started(void (*run)(void)) {
  pid_t pid = fork();
  must(pid >= 0, "fork");
  if (pid == 0) {
    run();
    _exit(1);
  }
  return pid;
}

// Ends by itself; what it is told to be.
static void alone(const char* way, const char* kind, void (*run)(void), int itself) {
  pid_t pid = started(run);
  fact(way, "%d %s %d", pid, kind, itself ? pid : 0);
  wait_for(pid);
}

static pid_t target;
static int number;

static void sends(void) {
  must(kill(target, number) == 0, "kill");
  _exit(0);
}

static void queues(void) {
  must(sigqueue(target, number, (union sigval){.sival_int = 1}) == 0, "sigqueue");
  _exit(0);
}

static void* thread_sends(void* nothing) {
  prctl(PR_SET_NAME, "a thread", 0, 0, 0);
  must(kill(target, number) == 0, "kill");
  return nothing;
}

static void sends_by_thread(void) {
  pthread_t thread;
  must(pthread_create(&thread, NULL, thread_sends, NULL) == 0, "pthread_create");
  pthread_join(thread, NULL);
  _exit(0);
}

static void sends_under_false_name(void) {
  prctl(PR_SET_NAME, "\x1b[31m\n\x9b\xff\"", 0, 0, 0);
  sends();
}

static pid_t killer(void (*run)(void), int with) {
  number = with;
  pid_t pid = started(run);
  wait_for(pid);
  return pid;
}

static void killed(const char* way, void (*run)(void), int with) {
  target = started(waits);
  pid_t by = killer(run, with);
  fact(way, "%d process %d", target, by);
  wait_for(target);
}

// Signals wait until their target is ready for them.
static void block(int how) {
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  must(sigprocmask(how, &term, NULL) == 0, "sigprocmask");
}

static int gate[2];

static void is_slow(void) {
  char byte;
  close(gate[1]);
  must(read(gate[0], &byte, 1) == 0, "read");
  block(SIG_UNBLOCK);
  waits();
}

// The second one finds the first one's waiting: that ends it.
static void killed_twice(void) {
  must(pipe(gate) == 0, "pipe");
  block(SIG_BLOCK);
  target = started(is_slow);
  pid_t by = killer(sends, SIGTERM);
  killer(sends, SIGTERM);
  fact("twice", "%d process %d", target, by);
  close(gate[0]);
  close(gate[1]);
  wait_for(target);
  block(SIG_UNBLOCK);
}

static void tells(int signal) {
  (void)signal;
  must(write(gate[1], "", 1) == 1, "write");
}

static void catches(void) {
  signal(SIGTERM, tells);
  block(SIG_UNBLOCK);
  waits();
}

static void killed_after_warning(void) {
  char byte;
  must(pipe(gate) == 0, "pipe");
  block(SIG_BLOCK);
  target = started(catches);
  block(SIG_UNBLOCK);
  killer(sends, SIGTERM);
  must(read(gate[0], &byte, 1) == 1, "read");
  pid_t by = killer(sends, SIGKILL);
  fact("warned", "%d process %d", target, by);
  wait_for(target);
}

// Catches it, cleans up, and ends as it would have: of itself.
static void ends_itself(void) {
  signal(SIGTERM, end_as);
  block(SIG_UNBLOCK);
  waits();
}

static void killed_by_itself_at_last(void) {
  block(SIG_BLOCK);
  target = started(ends_itself);
  block(SIG_UNBLOCK);
  killer(sends, SIGTERM);
  fact("cleaned-up", "%d process %d", target, target);
  wait_for(target);
}

static void leaves_a_child(void) {
  target = fork();
  must(target >= 0, "fork");
  if (target == 0) {
    must(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0, "prctl");
    must(write(gate[1], "", 1) == 1, "write");
    waits();
  }
  char byte;
  must(read(gate[0], &byte, 1) == 1, "read");
  fact("parent", "%d parent %d", target, getpid());
  _exit(0);
}

static void killed_with_parent(void) {
  must(pipe(gate) == 0, "pipe");
  wait_for(started(leaves_a_child));
  must(wait(NULL) > 0, "wait");  // for the one that it left us
}

static void ends_when_told(void) {
  char byte;
  close(gate[1]);
  must(read(gate[0], &byte, 1) == 0, "read");
  _exit(0);
}

static void is_there(void) {
  close(gate[1]);
  waits();
}

// The rest of us stays where it is: only children are in the new one.
static void killed_with_namespace(void) {
  must(unshare(CLONE_NEWPID) == 0, "unshare");
  must(pipe(gate) == 0, "pipe");
  pid_t first = started(ends_when_told);
  target = started(is_there);
  fact("namespace", "%d pid_namespace %d", target, first);
  close(gate[1]);
  wait_for(target);
  wait_for(first);  // which waits for it as well
}

static const char* group;

static void takes_all_memory(void) {
  char path[4096];
  snprintf(path, sizeof path, "%s/cgroup.procs", group);
  int file = open(path, O_WRONLY);
  must(file >= 0 && write(file, "0", 1) == 1, path);
  // Volatile: nobody reads it, and a compiler may leave out what nobody can see.
  for (;;) {
    volatile char* more = malloc(1 << 20);
    must(more != NULL, "malloc");
    for (size_t at = 0; at < 1 << 20; at += 4096) more[at] = 1;
  }
}

// memory.events of cgroup2, memory.oom_control before.
static void tell_oom_kills(void) {
  char path[4096], line[256];
  snprintf(path, sizeof path, "%s/memory.events", group);
  FILE* file = fopen(path, "r");
  snprintf(path, sizeof path, "%s/memory.oom_control", group);
  if (!file) file = fopen(path, "r");
  must(file != NULL, path);
  while (fgets(line, sizeof line, file))
    if (strncmp(line, "oom_kill ", 9) == 0) fact("oom_kill", "%d", atoi(line + 9));
  fclose(file);
}

int main(int argc, char** argv) {
  must(prctl(PR_SET_NAME, "killers", 0, 0, 0) == 0 && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0, "prctl");
  if (argc == 3) {
    group = argv[2];
    alone("oom", "out_of_memory", takes_all_memory, 0);
    tell_oom_kills();
    return 0;
  }
  alone("exit", "none", exits, 0);
  alone("raised", "process", raises_kill, 1);
  alone("pipe", "none", breaks_pipe, 0);
  alone("fault", "none", faults, 0);
  alone("forged", "none", forges, 0);
  alone("cpu", "kernel", uses_up_cpu, 0);
  alone("alarm", "kernel", has_alarm, 0);
  killed("kill", sends, SIGKILL);
  killed("term", sends, SIGTERM);
  killed("queue", queues, SIGKILL);
  killed("thread", sends_by_thread, SIGKILL);
  killed("hostile", sends_under_false_name, SIGKILL);
  killed_twice();
  killed_after_warning();
  killed_by_itself_at_last();
  killed_with_parent();
  killed_with_namespace();
  return 0;
}
