# SPDX-License-Identifier: Apache-2.0
"""What the API process does to servers: boot them, find them, take them back."""
