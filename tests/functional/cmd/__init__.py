# SPDX-License-Identifier: Apache-2.0
"""Commands, as they are typed."""
