// One function a kind of step. Each throws a Failure.
#pragma once

#include "act/context.h"

namespace cttrace::ctrun {

// act_processes.cc
Outcome act(Context&, const MakeFifo&);
Outcome act(Context&, const NameProcess&);
Outcome act(Context&, const JoinNamespace&);
Outcome act(Context&, const Unshare&);
Outcome act(Context&, const BecomeRoot&);
Outcome act(Context&, const WriteMaps&);
Outcome act(Context&, const OomScore&);
Outcome act(Context&, const ApplyLimits&);
// Makes the process; returns its pid, and 0 in it. Not an act: who goes on afterwards is the walker's.
pid_t make_process(const MakeProcess& step);
// act_cgroups.cc
Outcome act(Context&, const MakeCgroups&);
Outcome act(Context&, const EnableControllers&);
Outcome act(Context&, const CopyCpuset&);
Outcome act(Context&, const WriteControl&);
Outcome act(Context&, const JoinCgroup&);
// act_mounts.cc
Outcome act(Context&, const SetPropagation&);
Outcome act(Context&, const BindRootfs&);
Outcome act(Context&, const DoMount&);
// act_masking.cc
Outcome act(Context&, const MaskPath&);
Outcome act(Context&, const ReadonlyPath&);
Outcome act(Context&, const WriteSysctl&);
// act_devices.cc
Outcome act(Context&, const MakeLinks&);
Outcome act(Context&, const MakeDevice&);
Outcome act(Context&, const OpenDevtmpfs&);
// console.cc
Outcome act(Context&, const MakeConsole&);
// hooks.cc
Outcome act(Context&, const RunHooks&);
// act_root.cc
Outcome act(Context&, const EnterRootfs&);
Outcome act(Context&, const HideHostMount&);
Outcome act(Context&, const SwitchRoot&);
Outcome act(Context&, const DetachOldRoot&);
Outcome act(Context&, const ReadonlyRoot&);
Outcome act(Context&, const EnterProcessRoot&);
// act_identity.cc
Outcome act(Context&, const SetHostname&);
Outcome act(Context&, const SetDomainname&);
Outcome act(Context&, const NewKeyring&);
Outcome act(Context&, const SetLabel&);
Outcome act(Context&, const SetPersonality&);
Outcome act(Context&, const SetNoNewPrivs&);
Outcome act(Context&, const LoadSeccomp&);
Outcome act(Context&, const DropBounding&);
Outcome act(Context&, const KeepCapabilities&);
Outcome act(Context&, const SetGroups&);
Outcome act(Context&, const SetGid&);
Outcome act(Context&, const SetUid&);
Outcome act(Context&, const SetCapabilities&);
Outcome act(Context&, const RaiseAmbient&);
Outcome act(Context&, const SetUmask&);
// act_hand_over.cc
Outcome act(Context&, const ChangeFolder&);
Outcome act(Context&, const CloseDescriptors&);
Outcome act(Context&, const SaveState&);
Outcome act(Context&, const WaitForStart&);
Outcome act(Context&, const Execute&);
// act_network.cc
Outcome act(Context&, const LoopbackUp&);
Outcome act(Context&, const MakeVeth&);
Outcome act(Context&, const AddressVeth&);

}  // namespace cttrace::ctrun
