container web (runc)   NOT STARTED: its set-up ended after 49.3 ms, 275 calls
  bundle      /tmp/golden/bundle
   +0.0 ms  create       runc 14247: runc --root /tmp/golden/state run web
   +7.7 ms               runc 14247: asks what the kernel can do (seccomp, 6
                         probes)
  +10.7 ms               runc 14247: fifo /tmp/golden/state/web/exec.fifo
                         (outside)
  +11.0 ms               runc 14247: makes parent 14254 (vfork), which only
                         makes the next one
  +11.1 ms               parent 14254: executes itself again: runc init
  +12.1 ms  cgroup       runc 14247: cpuset.cpus = 0-1, cpuset.mems = 0
  +12.1 ms               runc 14247: parent 14254 into /web of cpuset, devices,
                         memory, cpu, cpuacct, pids, blkio, freezer, systemd,
                         unified (10.8 ms)
  +12.9 ms  create       parent 14254: protects its executable: binds it
                         read-only, detaches that, executes it from there
  +23.1 ms               parent 14254: makes child 14258 (as its sibling), which
                         makes the namespaces
  +26.4 ms  namespaces   child 14258: new mnt 4026532178, pid 4026532182,
                         net 4026532183, uts 4026532179, ipc 4026532180
  +27.0 ms  create       child 14258: makes init 14259 (as its sibling), which
                         sets the mounts up
  +40.7 ms               asks what the kernel can do (seccomp, 6 probes)
  +42.3 ms  identity     session keyring _ses.web
  +42.7 ms  rootfs       / and all below made rslave
  +42.9 ms               <bundle>/rootfs bound on itself, with all below
  +43.0 ms  mounts       proc on /proc
  +43.1 ms               tmpfs on /dev (nosuid,strictatime;
                         mode=755,size=65536k)
  +43.2 ms               devpts on /dev/pts (nosuid,noexec;
                         newinstance,ptmxmode=0666,mode=0620,gid=5)
  +43.4 ms               tmpfs on /dev/shm (nosuid,nodev,noexec;
                         mode=1777,size=65536k)
  +43.5 ms               mqueue on /dev/mqueue (nosuid,nodev,noexec)
  +43.5 ms               sysfs on /sys (ro,nosuid,nodev,noexec)
  +43.9 ms               tmpfs on /sys/fs/cgroup (nosuid,nodev,noexec; mode=755)
  +44.1 ms               /sys/fs/cgroup/*/web bound on /sys/fs/cgroup/*: cpu,
                         cpuacct, cpuset, memory, devices, freezer, blkio, pids,
                         systemd (ro,nosuid,nodev,noexec,relatime) (1.6 ms)
  +45.7 ms  devices      /dev/null c 1:3, /dev/random c 1:8, /dev/full c 1:7,
                         /dev/tty c 5:0, /dev/zero c 1:5, /dev/urandom c 1:9
                         (mode 0666, owner 0:0)
  +46.0 ms  cgroup       runc 14247: devices.deny = a *:* rwm, devices.allow =
                         b *:* m, c *:* m, c 1:3 rwm, c 1:5 rwm, c 1:7 rwm,
                         c 1:8 rwm, c 1:9 rwm, c 5:0 rwm, c 5:2 rwm,
                         c 10:200 rwm, c 136:* rwm
  +46.3 ms  root switch  pivot_root(".", "."): <bundle>/rootfs becomes /; the
                         old root lies on it, is made rslave, is detached 0.10
                         ms later: gone
  +46.5 ms               / now read-only
  +46.5 ms  identity     hostname web
  +46.5 ms  masking      read-only: /proc/bus, /proc/fs, /proc/irq, /proc/sys;
                         /proc/keys, /proc/timer_list <- /dev/null; /proc/acpi,
                         /sys/firmware <- an empty folder; not here, which is
                         normal: /proc/sysrq-trigger, /proc/asound, /proc/kcore,
                         /proc/latency_stats, /proc/timer_stats,
                         /proc/sched_debug, /proc/scsi
  +46.8 ms  identity     no_new_privs
  +46.8 ms               runc 14247: init 14259 gets limits: NOFILE 1024
  +47.4 ms               dropped from the bounding set: 37 capabilities
  +47.7 ms               capabilities KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +47.7 ms               not raised in the ambient set, having none to raise:
                         KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +47.9 ms  ended        init 14259 exited with 1
  +49.3 ms               runc 14247 exited with 1
  no traced call failed: what runc has printed may say why

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-25T03:41:18.322545Z: 324 events, 276 calls
cttrace: nothing lost
