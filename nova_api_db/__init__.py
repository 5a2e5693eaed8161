# SPDX-License-Identifier: Apache-2.0
"""Versioned objects on a Nova api database and its cells, and the tools that look after them.

Importing the package opens, reads and registers nothing. Import the module that is needed.
"""

import warnings

# oslo.messaging, which the objects' library imports, brings eventlet along through oslo.service,
# and eventlet warns whoever imports it. Nothing here uses it: threads are native ones.
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
