"""Pages of the administration for orders: who sees them; nobody changes them there."""

VIEWED = {
    "ingestion.order": "view_record",
    "ingestion.ordercase": "view_record",
    "ingestion.orderlink": "view_record",
    "ingestion.ordermessage": "view_record",
}
