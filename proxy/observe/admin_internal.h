#pragma once

#include <map>
#include <string>

#include "proxy/observe/admin.h"

/// What the admin_*.cc files share.
namespace lab::proxy {

/// The parameters of a request, decoded; a name without "=" has an empty value.
using AdminParameters = std::map<std::string, std::string>;
AdminParameters parse_admin_parameters(std::string_view target);

AdminResponse plain_answer(std::string body, unsigned status = 200);
AdminResponse json_answer(const Value& value);

AdminResponse answer_config_dump(const AdminParameters& parameters, AdminSource& source);
AdminResponse answer_clusters(const AdminParameters& parameters, AdminSource& source);
AdminResponse answer_listeners(const AdminParameters& parameters, AdminSource& source);
AdminResponse answer_certs(AdminSource& source);
AdminResponse answer_server_info(AdminSource& source);
AdminResponse answer_stats(const AdminParameters& parameters, bool prometheus, AdminSource& source);
AdminResponse answer_logging(const AdminParameters& parameters, AdminSource& source);

/// "2026-11-23T18:04:05.937Z".
Value instant_value(SystemTime instant);

}  // namespace lab::proxy
