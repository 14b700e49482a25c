container e29b2c7cec2e (runc)   init 256874 = pid 1   cgroup /web/<id>
    set-up 163.6 ms, 329 calls
  id          e29b2c7cec2e6a91b3ec872962747ee143faef68f370dea1463cae054fe66f9f
  bundle      /tmp/golden/docker/exec/containerd/daemon/io.containerd.runtime.v2.task/moby/e29b2c7cec2e6a91b3ec872962747ee143faef68f370dea1463cae054fe66f9f
  rootfs      /tmp/golden/docker/data/overlay2/09b0dc4c67f3b40f57d0c95356e46c22ec3f39628a0f686c9cb14c6a57114c6b/merged
  started by  containerd-shim-runc-v2, by containerd
   +0.0 ms  rootfs       dockerd 256836: overlay on <rootfs>
                         (index=off,lowerdir=/tmp/golden/docker/data/overlay2/l/YTJBSTSUYI7UYOMMOWZLC4E7OQ:/tmp/golden/docker/data/overlay2/l/J...)
   +0.2 ms               dockerd 256836: <rootfs> detached
   +5.0 ms               dockerd 256836: overlay on <rootfs>
                         (index=off,lowerdir=/tmp/golden/docker/data/overlay2/l/YTJBSTSUYI7UYOMMOWZLC4E7OQ:/tmp/golden/docker/data/overlay2/l/J...)
  +17.5 ms  create       containerd-shim-runc-v2 256848:
                         /usr/bin/containerd-shim-runc-v2 -namespace ...
                         -publish-binary /usr/bin/containerd -id <id> start
  +25.0 ms               containerd-shim-runc-v2 256848: makes
                         containerd-shim-runc-v2 256855 (vfork), which only
                         makes the next one
  +25.0 ms               containerd-shim-runc-v2 256855: executes itself again:
                         /usr/bin/containerd-shim-runc-v2 -namespace moby -id
                         <id> -address
                         /tmp/golden/docker/exec/containerd/containerd.sock
  +25.3 ms  identity     containerd-shim-runc-v2 256848:
                         containerd-shim-runc-v2 256855 gets oom_score_adj 1
  +30.0 ms  create       containerd-shim-runc-v2 256855: makes runc 256864
                         (vfork), which sets the cgroup up
  +30.2 ms               runc 256864: runc --root
                         /tmp/golden/docker/exec/runtime-runc/moby ... create
                         --bundle <bundle> --pid-file <bundle>/init.pid <id>
                         (ran 122.0 ms)
  +33.1 ms               runc 256864: asks what the kernel can do (seccomp, 6
                         probes)
  +35.5 ms               runc 256864: fifo
                         /tmp/golden/docker/exec/runtime-runc/moby/<id>/exec.fifo
                         (outside)
  +35.6 ms               runc 256864: makes parent 256870 (vfork)
  +35.7 ms               parent 256870: executes itself again: runc init
  +36.0 ms  cgroup       runc 256864: cpuset.cpus = 0-1, cpuset.mems = 0 in
                         /sys/fs/cgroup/cpuset/web
  +36.1 ms               runc 256864: cpuset.cpus = 0-1, cpuset.mems = 0
  +36.1 ms               runc 256864: parent 256870 into /web/<id> of cpuset,
                         devices, memory, cpu, cpuacct, pids, blkio, freezer,
                         systemd, unified (10.6 ms)
  +36.9 ms  create       parent 256870: protects its executable: binds it
                         read-only, detaches that, executes it from there
  +46.8 ms  identity     parent 256870: oom_score_adj 0
  +46.9 ms  create       parent 256870: makes child 256873 (as its sibling),
                         which makes the namespaces
  +47.1 ms  namespaces   child 256873: new mnt 4026532249, pid 4026532252,
                         net 4026532253, uts 4026532250, ipc 4026532251
  +47.5 ms  create       child 256873: makes init 256874 (as its sibling), which
                         sets the mounts up and becomes the program
  +49.7 ms               asks what the kernel can do (seccomp, 6 probes)
  +51.4 ms  identity     session keyring _ses.<id>
  +51.6 ms  rootfs       / and all below made rslave
  +51.7 ms               <rootfs> bound on itself, with all below
  +51.8 ms  mounts       proc on /proc (nosuid,nodev,noexec)
  +51.9 ms               tmpfs on /dev (nosuid,strictatime;
                         mode=755,size=65536k)
  +51.9 ms               devpts on /dev/pts (nosuid,noexec;
                         newinstance,ptmxmode=0666,mode=0620,gid=5)
  +52.0 ms               sysfs on /sys (ro,nosuid,nodev,noexec)
  +52.2 ms               tmpfs on /sys/fs/cgroup (nosuid,nodev,noexec; mode=755)
  +52.2 ms               /sys/fs/cgroup/*/web/<id> bound on /sys/fs/cgroup/*,
                         with all below: cpu, cpuacct, cpuset, memory, devices,
                         freezer, blkio, pids, systemd (ro,nosuid,nodev,noexec)
  +53.1 ms               mqueue on /dev/mqueue (nosuid,nodev,noexec)
  +53.1 ms               tmpfs on /dev/shm (nosuid,nodev,noexec;
                         mode=1777,size=67108864)
  +53.4 ms               /usr/bin/docker-init bound on /sbin/docker-init (ro)
  +53.5 ms               /tmp/golden/docker/data/containers/<id>/* bound on
                         /etc/*, with all below: resolv.conf, hostname, hosts,
                         made private
  +53.6 ms  devices      /dev/null c 1:3, /dev/random c 1:8, /dev/full c 1:7,
                         /dev/tty c 5:0, /dev/zero c 1:5, /dev/urandom c 1:9
                         (mode 0666, owner 0:0)
  +54.0 ms  cgroup       runc 256864: devices.deny = a *:* rwm, devices.allow =
                         b *:* m, c *:* m, c 1:3 rwm, c 1:5 rwm, c 1:7 rwm,
                         c 1:8 rwm, c 1:9 rwm, c 5:0 rwm, c 5:1 rwm, c 5:2 rwm,
                         c 10:200 rwm, c 136:* rwm
  +54.4 ms  create       runc 256864: makes dockerd 256880 (vfork)
  +54.5 ms               dockerd 256880: libnetwork-setkey
                         -exec-root=/tmp/golden/docker/exec <id> 9d77fa439b13
                         (ran 82.8 ms)
  +93.9 ms  network      dockerd 256836: /proc/70/ns/net bound on
                         /tmp/golden/docker/exec/netns/311ce24141aa (outside)
  +94.1 ms               dockerd 256836: joins net 4026532253
 +133.6 ms               dockerd 256888: joins net 4026532253
 +133.7 ms               dockerd 256888: net.ipv6.conf.all.disable_ipv6 = 1
 +139.6 ms  root switch  pivot_root(".", "."): <rootfs> becomes /; the old root
                         lies on it, is made rslave, is detached 0.10 ms later:
                         gone
 +139.8 ms  identity     hostname e29b2c7cec2e
 +139.9 ms  network      net.ipv4.ip_unprivileged_port_start = 0,
                         net.ipv4.ping_group_range = 0 2147483647
 +139.9 ms  masking      read-only: /proc/bus, /proc/fs, /proc/irq, /proc/sys;
                         /proc/keys, /proc/timer_list <- /dev/null; /proc/acpi,
                         /sys/firmware <- an empty folder; not here, which is
                         normal: /proc/sysrq-trigger, /proc/asound, /proc/kcore,
                         /proc/latency_stats, /proc/timer_stats,
                         /proc/sched_debug, /proc/scsi
 +150.4 ms  identity     seccomp: a filter of 974 instructions
 +151.3 ms               dropped from the bounding set: 26 capabilities
 +151.4 ms               groups 0
 +151.4 ms               capabilities CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL,
                         SETGID, SETUID, SETPCAP, NET_BIND_SERVICE, NET_RAW,
                         SYS_CHROOT, MKNOD, AUDIT_WRITE, SETFCAP
 +157.8 ms  create       containerd-shim-runc-v2 256855: makes runc 256897
                         (vfork)
 +157.9 ms               runc 256897: runc --root
                         /tmp/golden/docker/exec/runtime-runc/moby --log
                         <bundle>/log.json --log-format json start <id>
 +160.9 ms               runc 256897: asks what the kernel can do (seccomp, 6
                         probes)
 +162.8 ms  hand-over    execve /sbin/docker-init -- /bin/echo hello: uid 0, gid
                         0; 14 of 41 capabilities; 1 seccomp filter
  handed over
    program       /sbin/docker-init -- /bin/echo hello
    pid           256874, 70 in an outer pid namespace, 1 in its pid namespace
    namespaces    new: mnt 4026532249, uts 4026532250, ipc 4026532251,
                  net 4026532253, pid 4026532252
                  the host's: cgroup 4026531835, time 4026531834,
                  user 4026531837
    root          / (overlay)
    cwd           /
    mounts
      /                       overlay  rw                      slave of 34
          index=off,lowerdir=/tmp/golden/docker/data/overlay2/l/YTJBSTSUYI7UY...
      |- /dev                 tmpfs    rw,nosuid               private ...
      |  |- /dev/mqueue       mqueue   rw,nosuid,nodev,noexec  private
      |  |- /dev/pts          devpts   rw,nosuid,noexec        private ...
      |  `- /dev/shm          tmpfs    rw,nosuid,nodev,noexec  private
      |         shm  mode=1777,size=67108864
      |- /etc/{hostname,hosts,resolv.conf}
      |                       ext4     rw                      private
      |      /dev/vda[/tmp/golden/docker/data/containers/<id>/*]
      |- /proc                proc     rw,nosuid,nodev,noexec  private
      |  |- /proc/acpi        tmpfs    ro                      private
      |  |- /proc/{bus,fs,irq,sys}  proc     ro,nosuid,nodev,noexec  private
      |  |      (each bound on itself)
      |  |- /proc/keys        tmpfs    rw,nosuid               private
      |  |      tmpfs[/null]  mode=755,size=65536k
      |  `- /proc/timer_list  tmpfs    rw,nosuid               private
      |         tmpfs[/null]  mode=755,size=65536k
      |- /sbin/docker-init    ext4     ro                      private
      |      /dev/vda[/usr/bin/tini-static]  discard,resv_strict,resuid=65534...
      `- /sys                 sysfs    ro,nosuid,nodev,noexec  private
         |- /sys/firmware     tmpfs    ro                      private
         `- /sys/fs/cgroup    tmpfs    rw,nosuid,nodev,noexec  private ...
            `- /sys/fs/cgroup/{blkio,cpu,7 more}
                              cgroup   ro,nosuid,nodev,noexec  private
                   cgroup[/web/<id>]
      29 mounts; -v shows each
    devices       /dev/null 0666, /proc/{keys,timer_list} 0666,
                  /dev/{full,random,tty,urandom,zero} 0666?
    user          uid 0, gid 0, groups 0
    capabilities  14 of 41
    privileges    no_new_privs is not set, seccomp: 1 filter
    cgroup        /web/<id>
    hostname      e29b2c7cec2e
    also          session keyring _ses.<id>
    sysctls       net/ipv4/ip_unprivileged_port_start=0,
                  net/ipv4/ping_group_range=0 2147483647,
                  net/ipv6/conf/all/disable_ipv6=1
    inferred      16 of 29 mounts, hostname

container e29b2c7cec2e   after 1.1 ms its init executes /bin/echo hello
    program 256903 = pid 7

container e29b2c7cec2e   exited with 0 after 2.5 ms

container e29b2c7cec2e
    after 7.8 ms runc 256904: runc --root /tmp/golden/docker/exec/runtime-runc/moby ... --log-format json delete <id>

container e29b2c7cec2e
    after 20.2 ms runc 256916: runc --root /tmp/golden/docker/exec/runtime-runc/moby ... --log-format json delete --force <id>

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-28T23:52:15.039603Z: 598 events, 407 calls, 2 processes still running
cttrace: nothing lost
