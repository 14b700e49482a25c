container web (runc)   cgroup /web
    NOT STARTED: its set-up ended after 30.7 ms, 276 calls
  bundle      /tmp/golden/bundle
   +0.0 ms  create       runc 256521: runc --root /tmp/golden/state run web
   +3.8 ms               runc 256521: asks what the kernel can do (seccomp, 6
                         probes)
   +7.1 ms               runc 256521: fifo /tmp/golden/state/web/exec.fifo
                         (outside)
   +7.6 ms               runc 256521: makes parent 256529 (vfork), which only
                         makes the next one
   +7.6 ms               parent 256529: executes itself again: runc init
   +7.9 ms  cgroup       runc 256521: cpuset.cpus = 0-1, cpuset.mems = 0
   +7.9 ms               runc 256521: parent 256529 into /web of cpuset,
                         devices, memory, cpu, cpuacct, pids, blkio, freezer,
                         systemd, unified (15.3 ms)
   +8.7 ms  create       parent 256529: protects its executable: binds it
                         read-only, detaches that, executes it from there
  +23.5 ms               parent 256529: makes child 256532 (as its sibling),
                         which makes the namespaces
  +23.7 ms  namespaces   child 256532: new mnt 4026532178, pid 4026532182,
                         net 4026532183, uts 4026532179, ipc 4026532180
  +24.1 ms  create       child 256532: makes init 256533 (as its sibling), which
                         sets the mounts up
  +26.5 ms               asks what the kernel can do (seccomp, 6 probes)
  +27.6 ms  identity     session keyring _ses.web
  +27.8 ms  rootfs       / and all below made rslave
  +27.9 ms               <bundle>/rootfs bound on itself, with all below
  +28.0 ms  mounts       proc on /proc
  +28.0 ms               tmpfs on /dev (nosuid,strictatime;
                         mode=755,size=65536k)
  +28.1 ms               devpts on /dev/pts (nosuid,noexec;
                         newinstance,ptmxmode=0666,mode=0620,gid=5)
  +28.1 ms               tmpfs on /dev/shm (nosuid,nodev,noexec;
                         mode=1777,size=65536k)
  +28.1 ms               mqueue on /dev/mqueue (nosuid,nodev,noexec)
  +28.2 ms               sysfs on /sys (ro,nosuid,nodev,noexec)
  +28.3 ms               tmpfs on /sys/fs/cgroup (nosuid,nodev,noexec; mode=755)
  +28.4 ms               /sys/fs/cgroup/*/web bound on /sys/fs/cgroup/*, with
                         all below: cpu, cpuacct, cpuset, memory, devices,
                         freezer, blkio, pids, systemd
                         (ro,nosuid,nodev,noexec,relatime)
  +29.3 ms  devices      /dev/null c 1:3, /dev/random c 1:8, /dev/full c 1:7,
                         /dev/tty c 5:0, /dev/zero c 1:5, /dev/urandom c 1:9
                         (mode 0666, owner 0:0)
  +29.5 ms  cgroup       runc 256521: devices.deny = a *:* rwm, devices.allow =
                         b *:* m, c *:* m, c 1:3 rwm, c 1:5 rwm, c 1:7 rwm,
                         c 1:8 rwm, c 1:9 rwm, c 5:0 rwm, c 5:2 rwm,
                         c 10:200 rwm, c 136:* rwm
  +29.6 ms  root switch  pivot_root(".", "."): <bundle>/rootfs becomes /; the
                         old root lies on it, is made rslave, is detached 0.03
                         ms later: gone
  +29.8 ms               / now read-only
  +29.8 ms  identity     hostname web
  +29.8 ms  masking      read-only: /proc/bus, /proc/fs, /proc/irq, /proc/sys;
                         /proc/keys, /proc/timer_list <- /dev/null; /proc/acpi,
                         /sys/firmware <- an empty folder; not here, which is
                         normal: /proc/sysrq-trigger, /proc/asound, /proc/kcore,
                         /proc/latency_stats, /proc/timer_stats,
                         /proc/sched_debug, /proc/scsi
  +29.9 ms  identity     no_new_privs
  +29.9 ms               runc 256521: init 256533 gets limits: NOFILE 1024
  +30.4 ms               dropped from the bounding set: 37 capabilities
  +30.5 ms               capabilities KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +30.5 ms               not raised in the ambient set, having none to raise:
                         KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +30.7 ms  ended        init 256533 exited with 1
  +32.1 ms               runc 256521 exited with 1
  no traced call failed but those that usually do: what runc has printed or
  logged may say why

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-28T23:52:11.653838Z: 324 events, 276 calls
cttrace: nothing lost
