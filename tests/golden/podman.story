container bf1d5a0de796 (runc)   init 257234 = pid 1   cgroup /web/libpod-<id>
    set-up 76.7 ms, 309 calls
  id          bf1d5a0de79635e7a7c08fe8bd3c810ac4146b4b676c7ff972c3a6f7a1053cd3
  bundle      /tmp/golden/podman/root/vfs-containers/bf1d5a0de79635e7a7c08fe8bd3c810ac4146b4b676c7ff972c3a6f7a1053cd3/userdata
  rootfs      /tmp/golden/podman/root/vfs/dir/2521b0ebe2848745bd6279903970a56bb7d712be38b00ca460e7119430e35e76
  started by  conmon, by podman
   +0.0 ms  rootfs       podman 257050: tmpfs on <bundle>/shm (outside)
                         (nosuid,nodev,noexec; mode=1777,size=65536000)
   +3.3 ms  create       conmon 257215: /usr/bin/conmon --api-version 1 -c <id>
                         -u ... cleanup --exit-command-arg --rm
                         --exit-command-arg <id> (ran 16.2 ms)
   +5.1 ms  identity     conmon 257215: oom_score_adj -1000 not allowed, which
                         is normal
  +19.2 ms  create       conmon 257215: makes conmon 257221, which only makes
                         the next one
  +19.6 ms               conmon 257221: fifo <bundle>/ctl (outside)
  +19.7 ms               conmon 257221: fifo <bundle>/winsz (outside)
  +19.8 ms               conmon 257221: makes runc 257222, which sets the cgroup
                         up
  +20.3 ms  identity     runc 257222: oom_score_adj 0
  +20.3 ms  create       runc 257222: /usr/bin/runc --log-format=json --log
                         /tmp/golden/podman/runroot/vfs-containers/<id>/userdata/oci-log
                         ... <id> (ran 42.8 ms)
  +24.6 ms               runc 257222: asks what the kernel can do (seccomp, 6
                         probes)
  +28.8 ms               runc 257222: fifo /run/runc/<id>/exec.fifo (outside)
  +29.0 ms               runc 257222: makes parent 257231 (vfork), which only
                         makes the next one
  +29.1 ms               parent 257231: executes itself again: /usr/bin/runc
                         init
  +29.9 ms               parent 257231: protects its executable: binds it
                         read-only, detaches that, executes it from there
                         (1.2 ms)
  +30.3 ms  cgroup       runc 257222: cpuset.cpus = 0-1, cpuset.mems = 0
  +30.3 ms               runc 257222: parent 257231 into /web/libpod-<id> of
                         cpuset, devices, memory, cpu, cpuacct, pids, blkio,
                         freezer, systemd, unified (1.6 ms)
  +32.0 ms  create       parent 257231: makes child 257233 (as its sibling),
                         which makes the namespaces
  +32.1 ms  namespaces   child 257233: new mnt 4026532178, pid 4026532181,
                         net 4026532182, uts 4026532179, ipc 4026532180
  +32.7 ms  create       child 257233: makes init 257234 (as its sibling), which
                         sets the mounts up and becomes the program
  +35.8 ms               asks what the kernel can do (seccomp, 6 probes)
  +37.5 ms  identity     session keyring _ses.<id>
  +37.7 ms  rootfs       / and all below made rslave
  +37.9 ms               <rootfs> bound on itself, with all below
  +38.0 ms  mounts       proc on /proc (nosuid,nodev,noexec)
  +38.0 ms               tmpfs on /dev (nosuid,noexec,strictatime;
                         mode=755,size=65536k)
  +38.1 ms               sysfs on /sys (ro,nosuid,nodev,noexec)
  +38.2 ms               devpts on /dev/pts (nosuid,noexec;
                         newinstance,ptmxmode=0666,mode=0620,gid=5)
  +38.2 ms               mqueue on /dev/mqueue (nosuid,nodev,noexec)
  +38.4 ms               /tmp/golden/podman/runroot/vfs-containers/<id>/userdata/hosts
                         bound on /etc/hosts, made private
  +38.5 ms               <bundle>/shm bound on /dev/shm (nosuid,nodev,noexec),
                         made private
  +38.6 ms               /tmp/golden/podman/runroot/vfs-containers/<id>/userdata/.containerenv
                         bound on /run/.containerenv, made private
  +38.7 ms               /tmp/golden/podman/runroot/vfs-containers/<id>/userdata/hostname
                         bound on /etc/hostname, made private
  +38.9 ms               tmpfs on /sys/fs/cgroup (nosuid,nodev,noexec;
                         mode=755), made private
  +39.0 ms               /sys/fs/cgroup/*/web/libpod-<id> bound on
                         /sys/fs/cgroup/*, with all below: cpu, cpuacct, cpuset,
                         memory, devices, freezer, blkio, pids, systemd
                         (ro,nosuid,nodev,noexec,relatime), made private
  +39.8 ms  devices      /dev/null c 1:3, /dev/random c 1:8, /dev/full c 1:7,
                         /dev/tty c 5:0, /dev/zero c 1:5, /dev/urandom c 1:9
                         (mode 0666, owner 0:0)
  +40.2 ms  cgroup       runc 257222: devices.deny = a *:* rwm, devices.allow =
                         b *:* m, c *:* m, c 1:3 rwm, c 1:5 rwm, c 1:7 rwm,
                         c 1:8 rwm, c 1:9 rwm, c 5:0 rwm, c 5:2 rwm,
                         c 10:200 rwm, c 136:* rwm
  +40.5 ms  root switch  pivot_root(".", "."): <rootfs> becomes /; the old root
                         lies on it, is made rslave, is detached 0.08 ms later:
                         gone
  +40.7 ms  identity     hostname bf1d5a0de796
  +40.8 ms  network      net.ipv4.ping_group_range = 0 0
  +40.8 ms  masking      read-only: /proc/bus, /proc/fs, /proc/irq, /proc/sys;
                         /proc/keys, /proc/timer_list <- /dev/null; /proc/acpi,
                         /sys/firmware, /sys/dev/block <- an empty folder; not
                         here, which is normal: /proc/asound,
                         /proc/sysrq-trigger, /proc/kcore, /proc/latency_stats,
                         /proc/timer_stats, /proc/sched_debug, /proc/scsi,
                         /sys/fs/selinux
  +41.2 ms  identity     runc 257222: init 257234 gets limits: NOFILE 1024,
                         NPROC 1024
  +59.7 ms               seccomp: a filter of 1158 instructions
  +60.7 ms               dropped from the bounding set: 29 capabilities
  +60.9 ms               capabilities CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL,
                         SETGID, SETUID, SETPCAP, NET_BIND_SERVICE, SYS_CHROOT,
                         SETFCAP
  +67.6 ms  create       runc 257256: /usr/bin/runc start <id>
  +72.7 ms               runc 257256: asks what the kernel can do (seccomp, 6
                         probes)
  +75.3 ms  hand-over    execve /bin/echo hello: uid 0, gid 0; 11 of 41
                         capabilities; 1 seccomp filter (1.5 ms)
  handed over
    program       /bin/echo hello
    executable    /bin/busybox
    pid           257234, 1 in its pid namespace
    namespaces    new: mnt 4026532178, uts 4026532179, ipc 4026532180,
                  net 4026532182, pid 4026532181
                  the host's: cgroup 4026531835, time 4026531834,
                  user 4026531837
    root          / (ext4
                  /dev/vda[/tmp/golden/podman/root/vfs/dir/2521b0ebe2848745bd6279903970a56bb7d712be38b00ca460e7119430e35e76])
    cwd           /
    mounts
      /                       ext4    rw
          ...21b0ebe2848745bd6279903970a56bb7d712be38b00ca460e7119430e35e76] ...
      |- /dev                 tmpfs   rw,nosuid,noexec        mode=755,size=6...
      |  |- /dev/mqueue       mqueue  rw,nosuid,nodev,noexec
      |  |- /dev/pts          devpts  rw,nosuid,noexec        newinstance,ptm...
      |  `- /dev/shm          tmpfs   rw,nosuid,nodev,noexec  shm ...
      |- /etc/hostname        ext4    rw
      |      ...golden/podman/runroot/vfs-containers/<id>/userdata/hostname] ...
      |- /etc/hosts           ext4    rw
      |      ...mp/golden/podman/runroot/vfs-containers/<id>/userdata/hosts] ...
      |- /proc                proc    rw,nosuid,nodev,noexec
      |  |- /proc/acpi        tmpfs   ro
      |  |- /proc/{bus,fs,irq,sys}  proc    ro,nosuid,nodev,noexec
      |  |      (each bound on itself)
      |  |- /proc/keys        tmpfs   rw,nosuid,noexec        tmpfs[/null] ...
      |  `- /proc/timer_list  tmpfs   rw,nosuid,noexec        tmpfs[/null] ...
      |- /run/.containerenv   ext4    rw
      |      ...n/podman/runroot/vfs-containers/<id>/userdata/.containerenv] ...
      `- /sys                 sysfs   ro,nosuid,nodev,noexec
         |- /sys/dev/block    tmpfs   ro
         |- /sys/firmware     tmpfs   ro
         `- /sys/fs/cgroup    tmpfs   rw,nosuid,nodev,noexec  mode=755
            `- /sys/fs/cgroup/{blkio,cpu,7 more}  cgroup  ro,nosuid,nodev,noexec
                   cgroup[/web/libpod-<id>]
      29 mounts, all private; -v shows each
    devices       /dev/null 0666, /proc/{keys,timer_list} 0666,
                  /dev/{full,random,tty,urandom,zero} 0666?
    user          uid 0, gid 0, no other groups
    capabilities  11 of 41
    privileges    no_new_privs is not set, seccomp: 1 filter
    limits        nproc 1024, nofile 1024
    cgroup        /web/libpod-<id>
    hostname      bf1d5a0de796
    also          session keyring _ses.<id>
    sysctls       net/ipv4/ping_group_range=0 0
    inferred      16 of 29 mounts, hostname

container bf1d5a0de796   exited with 0 after 0.76 ms

container bf1d5a0de796
    after 44.0 ms runc 257281: /usr/bin/runc delete --force <id>

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-28T23:52:15.571890Z: 534 events, 408 calls
cttrace: nothing lost
