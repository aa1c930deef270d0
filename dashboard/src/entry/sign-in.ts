import "../ui/base.css";
