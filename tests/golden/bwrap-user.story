container echo (bwrap)   container with users of its own
    bwrap 256647 = pid 1, program 256648 = pid 2   set-up 3.2 ms, 146 calls
  rootfs      /tmp/newroot
   +0.0 ms  create       bwrap 256646: bwrap --unshare-all --ro-bind
                         /tmp/golden/rootfs / --proc /proc --dev /dev --tmpfs
                         /tmp /bin/echo hello
   +1.3 ms  identity     bwrap 256646: no_new_privs
   +1.4 ms  create       bwrap 256646: makes bwrap 256647, which maps the users,
                         makes the namespaces, sets the mounts up and stays as
                         the container's first process
   +1.9 ms  namespaces   new user 4026532179, mnt 4026532180, pid 4026532184,
                         net 4026532186, uts 4026532181, ipc 4026532183,
                         cgroup 4026532185
   +2.0 ms  identity     dropped from the bounding set: 41 capabilities
   +2.2 ms  user maps    setgroups deny; uids 0 1000 1; gids 0 1000 1 (inside
                         outside count)
   +2.2 ms  rootfs       / and all below made rslave
   +2.2 ms               tmpfs on /tmp (outside) (nosuid,nodev)
   +2.3 ms               <rootfs> bound on itself, with all below
   +2.3 ms  root switch  pivot_root("/tmp", "oldroot"): /tmp becomes /; the old
                         root goes to /tmp/oldroot
   +2.3 ms  rootfs       /oldroot/tmp/golden/rootfs bound on /newroot, with all
                         below (ro,nosuid,nodev,relatime)
   +2.4 ms  mounts       proc on /proc (nosuid,nodev,noexec)
   +2.4 ms               tmpfs on /dev (nosuid,nodev; mode=0755)
   +2.4 ms  devices      /oldroot/dev/* bound on /dev/*, with all below: null,
                         zero, full, random, urandom, tty (nosuid,relatime)
   +2.7 ms  mounts       devpts on /dev/pts (nosuid,noexec;
                         newinstance,ptmxmode=0666,mode=620)
   +2.7 ms               tmpfs on /tmp (nosuid,nodev; mode=0755)
   +2.8 ms  rootfs       /oldroot (outside) and all below made rprivate
   +2.8 ms               /oldroot (outside) detached
   +2.9 ms  root switch  pivot_root(".", "."): /newroot becomes /; the old root
                         lies on it, is detached 0.01 ms later: gone
   +2.9 ms  namespaces   new user 4026532255
   +2.9 ms  identity     dropped from the bounding set: 41 capabilities
   +2.9 ms  user maps    uids 1000 0 1; gids 1000 0 1 (inside outside count)
   +2.9 ms  identity     capabilities none
   +3.0 ms  create       makes bwrap 256648, which becomes the program
   +3.1 ms  hand-over    bwrap 256648: execve /bin/echo hello: uid 1000, gid
                         1000; 0 of 41 capabilities; no_new_privs; no seccomp
                         filter
  handed over
    program       /bin/echo hello
    executable    /bin/busybox
    pid           256648, 2 in its pid namespace
    namespaces    new: mnt 4026532180, uts 4026532181, ipc 4026532183,
                  net 4026532186, cgroup 4026532185, pid 4026532184,
                  user 4026532255
                  the host's: time 4026531834
    root          / (ext4 /dev/vda[/tmp/golden/rootfs])
    cwd           /
    mounts
      /               ext4      ro,nosuid,nodev
          /dev/vda[/tmp/golden/rootfs]  discard,resv_strict,resuid=65534,resg...
      |- /dev         tmpfs     rw,nosuid,nodev         mode=0755
      |  |- /dev/{full,null,random,tty,2 more}  devtmpfs  rw,nosuid
      |  |      devtmpfs[/*]
      |  `- /dev/pts  devpts    rw,nosuid,noexec        newinstance,ptmxmode=...
      |- /proc        proc      rw,nosuid,nodev,noexec
      `- /tmp         tmpfs     rw,nosuid,nodev         mode=0755
      11 mounts, all private; -v shows each
    devices       /dev/{full,null,random,tty,urandom,zero} 0666 uid ? gid ?
    user          uid 1000, gid 1000, no other groups
    uid, gid map  1000 = host 1000
    setgroups     denied
    capabilities  0 of 41
    privileges    no_new_privs, seccomp: none
    cgroup        in cgroup2: /
    inferred      4 of 11 mounts
    unknown       cgroup in blkio, cpu, cpuacct, cpuset, devices, freezer,
                  memory, name=systemd and pids, hostname

container echo   exited with 0 after 0.78 ms

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-28T23:52:13.443851Z: 168 events, 158 calls
cttrace: nothing lost
