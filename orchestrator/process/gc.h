#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "orchestrator/process/running_lab.h"

namespace lab::orchestrator {

/// Gives a kept lab's nodes names for `ip netns` on the host: /run/netns/LAB.NODE. This is the only
/// thing that a lab can leave behind, so each name is written to the lab's journal, a file in
/// `journal_folder`, before it is made.
///
/// Needs root. Fails with Errc::usage when a name is taken; what was made until then is taken back.
Result<std::vector<std::string>> name_on_host(RunningLab& lab, const std::string& journal_folder);

/// Removes the names of labs that run no more, as their journals list them; never by the look of a
/// name. Gives what was removed. A journal of a lab that still runs is left alone.
Result<std::vector<std::string>> collect_garbage(const std::string& journal_folder);

}  // namespace lab::orchestrator
