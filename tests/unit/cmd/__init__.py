# SPDX-License-Identifier: Apache-2.0
"""What commands are made of."""
