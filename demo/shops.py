"""The demo's shops. Knows nothing of the server, so that a till can use it."""

FOOD_MCCS = ["5411", "5422", "5441", "5451", "5462", "5499"]  # grocery, meat, sweets, dairy, bakery, other food
SHOPS = (
    ("000071000109001", "WARUNG BU SITI", "5411"),
    ("000071000109002", "E-WARONG MELATI", "5411"),
    ("000071000109003", "TOKO ROTI KENANGA", "5462"),
    ("000071000109004", "SAYUR PAK DARMO", "5499"),
    ("000071000109005", "APOTEK SEHAT", "5912"),
    ("000071000109006", "TOKO SEPATU JAYA", "5661"),
)
